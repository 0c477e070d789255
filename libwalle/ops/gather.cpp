#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

/// Elements of a known vector at known positions.
void gather_known(const NodeView& node, InferContext& context) {
  const auto elements = node.known(0);
  const auto indices = node.known(1);
  if (!elements || !indices) return;
  const auto size = static_cast<int64_t>(elements->size());
  std::vector<Dim> result;
  for (const Dim& index : *indices) {
    if (!index.known() || index.value() < -size || index.value() >= size) return;
    result.push_back((*elements)[static_cast<size_t>(index.value() < 0 ? index.value() + size : index.value())]);
  }
  context.set_known(0, std::move(result));
}

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  const DType index = WALLE_TRY(node.dtype(1));
  if (index != DType::i32 && index != DType::i64)
    return node.fail(ErrorCode::invalid_argument, "the indices must be i32 or i64");
  if (!rules::has_shapes(node)) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  const Shape& x = *node.value(0).shape;
  const Shape& indices = *node.value(1).shape;
  const int64_t given = WALLE_TRY(node.attribute_int("axis", 0));
  const int64_t axis = WALLE_TRY(node.axis(given, static_cast<int64_t>(x.size())));
  Shape result(x.begin(), x.begin() + axis);
  result.insert(result.end(), indices.begin(), indices.end());
  result.insert(result.end(), x.begin() + axis + 1, x.end());
  const size_t rank = result.size();
  context.set(0, dtype, std::move(result));
  if (x.size() == 1 && rank <= 1) gather_known(node, context);
  return {};
}

Result<CoreForm> atomic(const NodeView& node) {
  const auto rank = static_cast<int64_t>(WALLE_TRY(node.dims(0)).size());
  const int64_t axis = WALLE_TRY(rules::attribute_axis(node, 0, rank));
  return CoreForm{.attributes = GatherAttributes{.axis = static_cast<int32_t>(axis)}};
}

}  // namespace

extern const OpDef kGather = {.name = "Gather",
                              .formula = "y[…,i…,…] = x[…,indices[i…],…] along the axis",
                              .op_class = OpClass::atomic,
                              .operands = {2, 2},
                              .results = {1, 1},
                              .attributes = "axis:int=0",
                              .infer = infer,
                              .atomic = atomic};

}  // namespace walle::ops
