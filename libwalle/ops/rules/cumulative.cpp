#include "libwalle/ops/rules/cumulative.h"

#include "libwalle/ops/rules/shapes.h"

namespace walle::ops::rules {

Status infer_cumulative(const NodeView& node, InferContext& context) { return infer_same(node, context); }

Replacement decompose_cumulative(const NodeView& node, GraphBuilder& builder) {
  if (node.operand_count() == 1) return canonical();
  const Ints axis = WALLE_TRY(node.ints(1));
  if (axis.size() != 1) return node.fail(ErrorCode::invalid_argument, "the axis must be one number");
  Attributes attributes = node.node().attributes;
  attributes["axis"] = axis[0];
  return replaced(builder.one(node.node().op->name, {node.operand(0)}, std::move(attributes)));
}

Result<CoreForm> cumulative_form(const NodeView& node, bool product) {
  const auto rank = static_cast<int64_t>(WALLE_TRY(node.dims(0)).size());
  ScanAttributes attributes{.product = product};
  attributes.axis = static_cast<int32_t>(WALLE_TRY(attribute_axis(node, 0, rank)));
  attributes.exclusive = WALLE_TRY(node.attribute_int("exclusive", 0)) != 0;
  attributes.reverse = WALLE_TRY(node.attribute_int("reverse", 0)) != 0;
  return CoreForm{.attributes = attributes};
}

}  // namespace walle::ops::rules
