#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

/// k: operand 1, or in the canonical form (and before opset 10) an attribute.
std::optional<Dim> k_of(const NodeView& node) {
  if (node.has(1)) {
    const auto known = node.known(1);
    return known && known->size() == 1 ? std::optional((*known)[0]) : std::nullopt;
  }
  const auto attribute = node.attribute_int("k", -1);
  return attribute && *attribute >= 0 ? std::optional<Dim>(*attribute) : std::nullopt;
}

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (!node.value(0).shape) {
    context.set_unknown_shape(0, dtype);
    context.set_unknown_shape(1, DType::i64);
    return {};
  }
  Shape result = *node.value(0).shape;
  const int64_t axis = WALLE_TRY(rules::attribute_axis(node, -1, static_cast<int64_t>(result.size())));
  Dim& size = result[static_cast<size_t>(axis)];
  const auto k = k_of(node);
  if (k && k->known() && (k->value() < 0 || (size.known() && k->value() > size.value())))
    return node.fail(ErrorCode::invalid_argument, "k is " + std::to_string(k->value()) + ", more than the axis holds");
  size = k ? *k : context.fresh("k");
  context.set(0, dtype, result);
  context.set(1, DType::i64, std::move(result));
  return {};
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  if (node.operand_count() == 1 && node.result_count() == 2) return rules::canonical();
  const auto k = k_of(node);
  if (!k || !k->known()) return node.fail(ErrorCode::unsupported, "the number of results, k, depends on data");
  Attributes attributes = node.node().attributes;
  attributes["k"] = k->value();
  const size_t wanted = node.result_count();
  auto results = WALLE_TRY(builder.op("TopK", {node.operand(0)}, std::move(attributes), 2));
  results.resize(wanted);
  return std::optional(std::move(results));
}

Result<CoreForm> atomic(const NodeView& node) {
  const auto rank = static_cast<int64_t>(WALLE_TRY(node.dims(0)).size());
  TopKAttributes attributes;
  attributes.axis = static_cast<int32_t>(WALLE_TRY(rules::attribute_axis(node, -1, rank)));
  attributes.largest = WALLE_TRY(node.attribute_int("largest", 1)) != 0;
  attributes.sorted = WALLE_TRY(node.attribute_int("sorted", 1)) != 0;
  return CoreForm{.attributes = attributes};
}

}  // namespace

extern const OpDef kTopK = {.name = "TopK",
                            .formula = "y, i = the k largest (smallest) x along the axis and their positions",
                            .op_class = OpClass::atomic,
                            .operands = {1, 2},
                            .results = {1, 2},
                            .attributes = "axis:int=-1, k:int?, largest:int=1, sorted:int=1",
                            .infer = infer,
                            .decompose = decompose,
                            .atomic = atomic};

}  // namespace walle::ops
