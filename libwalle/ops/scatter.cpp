#include "libwalle/ops/rules/upgrade.h"

namespace walle::ops {
namespace {

/// Renamed in opset 11.
Status upgrade(Node& node, int, GraphBuilder& builder) { return rules::become(node, builder, "ScatterElements"); }

}  // namespace

extern const OpDef kScatter = {.name = "Scatter",
                               .formula = "y = ScatterElements(x, indices, updates)",
                               .op_class = OpClass::composite,
                               .operands = {3, 3},
                               .results = {1, 1},
                               .attributes = "axis:int=0",
                               .upgrade = upgrade};

}  // namespace walle::ops
