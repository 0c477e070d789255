#include "libwalle/ops/rules/global_pool.h"

#include "libwalle/ops/rules/build.h"

namespace walle::ops::rules {

Status infer_global_pool(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (!node.value(0).shape) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  Shape result = *node.value(0).shape;
  if (result.size() < 2) return node.fail(ErrorCode::invalid_argument, "needs an operand of rank 2 or more");
  for (size_t i = 2; i < result.size(); ++i) result[i] = 1;
  context.set(0, dtype, std::move(result));
  return {};
}

Replacement decompose_global_pool(const NodeView& node, GraphBuilder& builder, std::string_view op) {
  const size_t rank = WALLE_TRY(node.dims(0)).size();
  Ints axes;
  for (size_t i = 2; i < rank; ++i) axes.push_back(static_cast<int64_t>(i));
  const ValueId x = node.operand(0);
  if (axes.empty()) return replaced(builder.one("Identity", {x}));
  return replaced(reduce(builder, op, x, axes, true));
}

}  // namespace walle::ops::rules
