#include "libwalle/ops/rules/arg_reduction.h"

#include "libwalle/ops/rules/build.h"

namespace walle::ops::rules {

Status infer_arg_reduction(const NodeView& node, InferContext& context) {
  WALLE_TRY(node.dtype(0));
  if (!node.value(0).shape) {
    context.set_unknown_shape(0, DType::i64);
    return {};
  }
  Shape result = *node.value(0).shape;
  const int64_t axis = WALLE_TRY(attribute_axis(node, 0, static_cast<int64_t>(result.size())));
  if (WALLE_TRY(node.attribute_int("keepdims", 1)) != 0) {
    result[static_cast<size_t>(axis)] = 1;
  } else {
    result.erase(result.begin() + axis);
  }
  context.set(0, DType::i64, std::move(result));
  return {};
}

Replacement decompose_arg_reduction(const NodeView& node, GraphBuilder& builder) {
  if (WALLE_TRY(node.attribute_int("keepdims", 1)) != 0) return canonical();
  Attributes attributes = node.node().attributes;
  attributes["keepdims"] = int64_t{1};
  const Ints dims = WALLE_TRY(node.result_dims(0));
  const ValueId y = WALLE_TRY(builder.one(node.node().op->name, {node.operand(0)}, std::move(attributes)));
  return replaced(reshape(builder, y, dims));
}

Result<CoreForm> arg_reduction_form(const NodeView& node, bool smallest) {
  const auto rank = static_cast<int64_t>(WALLE_TRY(node.dims(0)).size());
  ArgReduceAttributes attributes{.smallest = smallest};
  attributes.axis = static_cast<int32_t>(WALLE_TRY(attribute_axis(node, 0, rank)));
  attributes.last = WALLE_TRY(node.attribute_int("select_last_index", 0)) != 0;
  return CoreForm{.attributes = attributes};
}

}  // namespace walle::ops::rules
