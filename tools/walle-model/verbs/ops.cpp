#include <iostream>
#include <map>
#include <set>

#include "kernels/table/table.h"
#include "libwalle/graph/op.h"
#include "libwalle/ops/table.h"
#include "tools/walle-model/command_line.h"
#include "tools/walle-model/files/print.h"
#include "tools/walle-model/verb.h"

namespace walle::workbench {
namespace {

struct Options {
  bool json = false;
};

constexpr std::string_view kClasses[] = {"atomic", "transform", "composite", "control", "container", "host"};

std::string_view class_name(graph::OpClass op_class) { return kClasses[static_cast<size_t>(op_class)]; }

/// Kernel variants of each family ("ref", "hwy", …).
std::map<std::string, std::set<std::string>> family_variants() {
  std::map<std::string, std::set<std::string>> out;
  for (const KernelDef* kernel : kernels::kernel_table())
    out[std::string(name_of(kernel->family))].insert(std::string(kernel->variant));
  return out;
}

Result<int> ops(const Options& options) {
  std::map<std::string_view, int> classes;
  Value list = Value::array();
  std::vector<std::vector<std::string>> rows = {{"operator", "class", "formula"}};
  for (const graph::OpDef* def : ops::op_table()) {
    ++classes[class_name(def->op_class)];
    list.push_back({{"name", def->name},
                    {"domain", def->domain},
                    {"class", class_name(def->op_class)},
                    {"formula", def->formula}});
    rows.push_back({std::string(def->name), std::string(class_name(def->op_class)), std::string(def->formula)});
  }
  const auto families = family_variants();
  const size_t operators = ops::op_table().size();
  if (options.json) {
    Value kernels = Value::object();
    for (const auto& [family, variants] : families) kernels[family] = variants;
    print_json(
        {{"operators", list}, {"families", kernels}, {"operator_count", operators}, {"family_count", families.size()}});
    return 0;
  }
  std::cout << table(rows) << '\n';
  std::vector<std::vector<std::string>> kernel_rows = {{"family", "kernels"}};
  for (const auto& [family, variants] : families) {
    std::string names;
    for (const std::string& v : variants) names += (names.empty() ? "" : ", ") + v;
    kernel_rows.push_back({family, names});
  }
  std::cout << table(kernel_rows) << '\n' << operators << " operators:";
  for (const auto& [name, count] : classes) std::cout << ' ' << count << ' ' << name;
  std::cout << "\nA backend implements " << families.size() << " kernel families (raster is one of them) and runs all "
            << operators << " operators:\nfor three backends " << 3 * families.size() << " kernels instead of "
            << 3 * operators << ".\n";
  return 0;
}

Command attach(CommandLine& line) {
  auto options = std::make_shared<Options>();
  line.json(options->json);
  return [options] { return ops(*options); };
}

}  // namespace

extern const VerbDef kOps;
const VerbDef kOps = {"ops", "Lists operators, their classes, and the kernel families that run them", "", attach};

}  // namespace walle::workbench
