#include "libwalle/ops/rules/softmax.h"

#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops::rules {

Status upgrade_softmax(Node& node, int opset, GraphBuilder&) {
  if (opset >= 13) return {};
  node.attributes.try_emplace("axis", int64_t{1});
  node.attributes["flatten"] = int64_t{1};
  return {};
}

Status infer_softmax(const NodeView& node, InferContext& context) {
  if (node.has(0) && node.value(0).shape) {
    const int64_t axis = WALLE_TRY(node.attribute_int("axis", -1));
    const auto rank = static_cast<int64_t>(node.value(0).shape->size());
    if (rank > 0) WALLE_TRY(node.axis(axis, rank));
  }
  return infer_same(node, context);
}

Replacement decompose_softmax(const NodeView& node, GraphBuilder& builder) {
  const Ints dims = WALLE_TRY(node.dims(0));
  const auto rank = static_cast<int64_t>(dims.size());
  const bool flatten = WALLE_TRY(node.attribute_int("flatten", 0)) != 0;
  const std::string_view name = node.node().op->name;
  if (dims.empty()) {
    const ValueId x = WALLE_TRY(reshape(builder, node.operand(0), Ints{1}));
    const ValueId y = WALLE_TRY(builder.one(name, {x}, {{"axis", int64_t{0}}}));
    return replaced(reshape(builder, y, dims));
  }
  const int64_t axis = WALLE_TRY(attribute_axis(node, -1, rank));
  if (!flatten) return canonical();
  if (axis == rank - 1) return replaced(builder.one(name, {node.operand(0)}, {{"axis", axis}}));
  const auto split = static_cast<size_t>(axis);
  const Ints matrix = {count(std::span(dims).first(split)), count(std::span(dims).subspan(split))};
  const ValueId x = WALLE_TRY(reshape(builder, node.operand(0), matrix));
  const ValueId y = WALLE_TRY(builder.one(name, {x}, {{"axis", int64_t{1}}}));
  return replaced(reshape(builder, y, dims));
}

Result<CoreForm> softmax_form(const NodeView& node, bool log) {
  const auto rank = static_cast<int64_t>(WALLE_TRY(node.dims(0)).size());
  const int64_t axis = WALLE_TRY(attribute_axis(node, -1, rank));
  return CoreForm{.attributes = SoftmaxAttributes{.axis = static_cast<int32_t>(axis), .log = log}};
}

}  // namespace walle::ops::rules
