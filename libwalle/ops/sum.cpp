#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {
namespace {

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  return rules::replaced(rules::chain(node, builder, "Add"));
}

}  // namespace

extern const OpDef kSum = {.name = "Sum",
                           .formula = "y = a + b + …",
                           .op_class = OpClass::composite,
                           .operands = {1, -1},
                           .results = {1, 1},
                           .infer = rules::infer_variadic,
                           .decompose = decompose};

}  // namespace walle::ops
