#include "libwalle/ops/rules/q_linear.h"

namespace walle::ops {
namespace {

Status upgrade(Node& node, int, GraphBuilder& builder) { return rules::spell_out_unary(node, builder, "Sigmoid"); }

}  // namespace

extern const OpDef kQLinearSigmoid = {.name = "QLinearSigmoid",
                                      .domain = "com.microsoft",
                                      .formula = "y = quantise(sigmoid(dequantise(x)))",
                                      .op_class = OpClass::composite,
                                      .operands = {4, 5},
                                      .results = {1, 1},
                                      .upgrade = upgrade};

}  // namespace walle::ops
