#include "libwalle/ops/rules/q_linear.h"
#include "libwalle/ops/rules/upgrade.h"

namespace walle::ops {
namespace {

Status upgrade(Node& node, int, GraphBuilder& builder) { return rules::become(node, builder, "QuantizeLinear"); }

}  // namespace

extern const OpDef kMicrosoftQuantizeLinear = {.name = "QuantizeLinear",
                                               .domain = "com.microsoft",
                                               .formula = "as of ONNX",
                                               .op_class = OpClass::composite,
                                               .operands = {2, 3},
                                               .results = {1, 1},
                                               .attributes = "axis:int=1",
                                               .upgrade = upgrade};

}  // namespace walle::ops
