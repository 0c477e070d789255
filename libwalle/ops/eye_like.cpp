#include <algorithm>

#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/types.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  const DType own = WALLE_TRY(node.dtype(0));
  const auto dtype = rules::dtype_of_onnx(WALLE_TRY(node.attribute_int("dtype", rules::onnx_type(own))));
  if (!dtype) return node.fail(ErrorCode::unsupported, "the type of attribute dtype is not supported");
  if (!node.value(0).shape) {
    rules::set_fresh(context, 0, *dtype, 2);
    return {};
  }
  if (node.value(0).shape->size() != 2) return node.fail(ErrorCode::invalid_argument, "needs an operand of rank 2");
  context.set(0, *dtype, *node.value(0).shape);
  return {};
}

Result<std::vector<Region>> regions(const NodeView& node, size_t) {
  const Ints dims = WALLE_TRY(node.result_dims(0));
  const int64_t k = std::clamp(WALLE_TRY(node.attribute_int("k", 0)), -dims[0], dims[1]);
  const int64_t row = std::max<int64_t>(0, -k);
  const int64_t column = std::max<int64_t>(0, k);
  const int64_t length = std::min(dims[0] - row, dims[1] - column);
  if (length <= 0) return std::vector<Region>{};
  Region diagonal{.source = Region::kFill, .fill = 1, .dst_offset = row * dims[1] + column};
  diagonal.axes.push_back({length, 0, dims[1] + 1});
  return std::vector<Region>{diagonal};
}

}  // namespace

extern const OpDef kEyeLike = {.name = "EyeLike",
                               .formula = "y[i, i + k] = 1, else 0, in the shape of x",
                               .op_class = OpClass::transform,
                               .operands = {1, 1},
                               .results = {1, 1},
                               .attributes = "dtype:int?, k:int=0",
                               .infer = infer,
                               .regions = regions};

}  // namespace walle::ops
