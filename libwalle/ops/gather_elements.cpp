#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  WALLE_TRY(node.dtype(1));
  if (!node.value(1).shape) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  if (node.value(0).shape && node.value(0).shape->size() != node.value(1).shape->size())
    return rules::mismatch(node, 0, 1);
  context.set(0, dtype, *node.value(1).shape);
  return {};
}

Result<CoreForm> atomic(const NodeView& node) {
  const auto rank = static_cast<int64_t>(WALLE_TRY(node.dims(0)).size());
  const int64_t axis = WALLE_TRY(rules::attribute_axis(node, 0, rank));
  return CoreForm{.attributes = GatherElementsAttributes{.axis = static_cast<int32_t>(axis)}};
}

}  // namespace

extern const OpDef kGatherElements = {.name = "GatherElements",
                                      .formula = "y[i,j,…] = x[indices[i,j,…],j,…] along the axis",
                                      .op_class = OpClass::atomic,
                                      .operands = {2, 2},
                                      .results = {1, 1},
                                      .attributes = "axis:int=0",
                                      .infer = infer,
                                      .atomic = atomic};

}  // namespace walle::ops
