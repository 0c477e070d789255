#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {
namespace {

/// Before opset 7 a slope with more than one element is one for each channel (axis 1).
Status upgrade(Node& node, int opset, GraphBuilder& builder) {
  if (opset >= 7 || node.operands.size() < 2) return {};
  const auto& x = builder.value(node.operands[0]).shape;
  const auto& slope = builder.value(node.operands[1]).shape;
  if (!x || !slope || slope->size() != 1 || x->size() <= 2) return {};
  Ints behind;
  for (size_t i = 2; i < x->size(); ++i) behind.push_back(static_cast<int64_t>(i) - 1);
  node.operands[1] = WALLE_TRY(builder.one("Unsqueeze", {node.operands[1], builder.ints(behind)}));
  return {};
}

}  // namespace

extern const OpDef kPRelu = {.name = "PRelu",
                             .formula = "y = a < 0 ? b * a : a",
                             .op_class = OpClass::atomic,
                             .operands = {2, 2},
                             .results = {1, 1},
                             .upgrade = upgrade,
                             .infer = rules::infer_arithmetic<BinaryOp::prelu>,
                             .atomic = rules::binary_form<BinaryOp::prelu>};

}  // namespace walle::ops
