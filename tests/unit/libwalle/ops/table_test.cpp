#include "libwalle/ops/table.h"

#include <gtest/gtest.h>

#include <set>

namespace walle::ops {
namespace {

TEST(OpTable, NamesAreUnique) {
  std::set<std::pair<std::string_view, std::string_view>> names;
  for (const graph::OpDef* op : op_table()) {
    EXPECT_TRUE(names.insert(std::pair(op->domain, op->name)).second) << op->name;
  }
  EXPECT_GT(names.size(), 140U);
}

TEST(OpTable, EveryOperatorHasAFormula) {
  for (const graph::OpDef* op : op_table()) EXPECT_FALSE(op->formula.empty()) << op->name;
}

TEST(OpTable, EveryOperatorBecomesWhatItsClassPromises) {
  using graph::OpClass;
  for (const graph::OpDef* op : op_table()) {
    if (op->infer == nullptr) {
      EXPECT_NE(op->upgrade, nullptr) << op->name << " is only read from old files, so it must become another";
      continue;
    }
    EXPECT_TRUE(op->op_class != OpClass::atomic || op->atomic != nullptr) << op->name;
    EXPECT_TRUE(op->op_class != OpClass::transform || op->regions != nullptr) << op->name;
    EXPECT_TRUE(op->op_class != OpClass::composite || op->decompose != nullptr) << op->name;
    const bool carried = op->op_class == OpClass::container || op->op_class == OpClass::host;
    EXPECT_TRUE(!carried || op->carry_out != nullptr) << op->name;
  }
}

}  // namespace
}  // namespace walle::ops
