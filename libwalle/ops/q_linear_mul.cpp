#include "libwalle/ops/rules/q_linear.h"

namespace walle::ops {
namespace {

Status upgrade(Node& node, int, GraphBuilder& builder) { return rules::spell_out_binary(node, builder, "Mul"); }

}  // namespace

extern const OpDef kQLinearMul = {.name = "QLinearMul",
                                  .domain = "com.microsoft",
                                  .formula = "y = quantise(dequantise(a) * dequantise(b))",
                                  .op_class = OpClass::composite,
                                  .operands = {7, 8},
                                  .results = {1, 1},
                                  .upgrade = upgrade};

}  // namespace walle::ops
