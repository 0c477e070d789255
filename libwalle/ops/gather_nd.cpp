#include <algorithm>

#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  WALLE_TRY(node.dtype(1));
  const bool shapes = rules::has_shapes(node);
  if (!shapes || node.value(1).shape->empty() || !node.value(1).shape->back().known()) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  const Shape& x = *node.value(0).shape;
  const Shape& indices = *node.value(1).shape;
  const int64_t batch = WALLE_TRY(node.attribute_int("batch_dims", 0));
  const int64_t depth = indices.back().value();
  const auto least = static_cast<int64_t>(std::min(x.size(), indices.size()));
  if (batch < 0 || depth < 0 || batch >= std::max<int64_t>(least, 1) || batch + depth > static_cast<int64_t>(x.size()))
    return rules::mismatch(node, 0, 1);
  if (!std::equal(x.begin(), x.begin() + batch, indices.begin(), rules::may_equal)) return rules::mismatch(node, 0, 1);
  Shape result(indices.begin(), indices.end() - 1);
  result.insert(result.end(), x.begin() + batch + depth, x.end());
  context.set(0, dtype, std::move(result));
  return {};
}

Result<CoreForm> atomic(const NodeView& node) {
  const int64_t batch = WALLE_TRY(node.attribute_int("batch_dims", 0));
  return CoreForm{.attributes = GatherNdAttributes{.batch_dims = static_cast<int32_t>(batch)}};
}

}  // namespace

extern const OpDef kGatherNd = {.name = "GatherND",
                                .formula = "y[b…,i…] = x[b…, indices[b…,i…,:]]",
                                .op_class = OpClass::atomic,
                                .operands = {2, 2},
                                .results = {1, 1},
                                .attributes = "batch_dims:int(0..)=0",
                                .infer = infer,
                                .atomic = atomic};

}  // namespace walle::ops
