#include "libwalle/ops/rules/q_linear.h"
#include "libwalle/ops/rules/upgrade.h"

namespace walle::ops {
namespace {

Status upgrade(Node& node, int, GraphBuilder& builder) {
  const bool transposed = graph::attribute_int(node.attributes, "transB", 0).value_or(0) != 0;
  std::vector<ValueId> operands = {WALLE_TRY(rules::dequantised(node, builder, {0, 1, 2})),
                                   WALLE_TRY(rules::dequantised(node, builder, {3, 4, 5, transposed ? 0 : 1}))};
  if (node.operands.size() > 6 && node.operands[6] != kNoValue) {
    const ValueId step = WALLE_TRY(builder.one("Mul", {node.operands[1], node.operands[4]}));
    operands.push_back(WALLE_TRY(builder.one("DequantizeLinear", {node.operands[6], step}, {{"axis", int64_t{0}}})));
  }
  if (node.operands.size() < 8 || node.operands[7] == kNoValue) {
    node.operands = std::move(operands);
    return rules::become(node, builder, "Gemm");
  }
  const ValueId y = WALLE_TRY(builder.one("Gemm", std::move(operands), node.attributes));
  node.operands = {y, node.operands[7], node.operands.size() > 8 ? node.operands[8] : kNoValue};
  node.attributes.clear();
  return rules::become(node, builder, "QuantizeLinear");
}

}  // namespace

extern const OpDef kQGemm = {.name = "QGemm",
                             .domain = "com.microsoft",
                             .formula = "y = quantise(alpha * dequantise(a) dequantise(b) + c)",
                             .op_class = OpClass::composite,
                             .operands = {6, 9},
                             .results = {1, 1},
                             .attributes = "alpha:float=1, transA:int=0, transB:int=0",
                             .upgrade = upgrade};

}  // namespace walle::ops
