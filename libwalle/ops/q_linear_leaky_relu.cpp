#include "libwalle/ops/rules/q_linear.h"

namespace walle::ops {
namespace {

Status upgrade(Node& node, int, GraphBuilder& builder) { return rules::spell_out_unary(node, builder, "LeakyRelu"); }

}  // namespace

extern const OpDef kQLinearLeakyRelu = {.name = "QLinearLeakyRelu",
                                        .domain = "com.microsoft",
                                        .formula = "y = quantise(LeakyRelu(dequantise(x)))",
                                        .op_class = OpClass::composite,
                                        .operands = {4, 5},
                                        .results = {1, 1},
                                        .attributes = "alpha:float=0.01",
                                        .upgrade = upgrade};

}  // namespace walle::ops
