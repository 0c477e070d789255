#include "libwalle/ops/rules/q_linear.h"
#include "libwalle/ops/rules/upgrade.h"

namespace walle::ops {
namespace {

Status upgrade(Node& node, int, GraphBuilder& builder) { return rules::become(node, builder, "DequantizeLinear"); }

}  // namespace

extern const OpDef kMicrosoftDequantizeLinear = {.name = "DequantizeLinear",
                                                 .domain = "com.microsoft",
                                                 .formula = "as of ONNX",
                                                 .op_class = OpClass::composite,
                                                 .operands = {2, 3},
                                                 .results = {1, 1},
                                                 .attributes = "axis:int=1",
                                                 .upgrade = upgrade};

}  // namespace walle::ops
