#include "libwalle/ops/rules/product.h"

#include "libwalle/ops/rules/shapes.h"

namespace walle::ops::rules {

Status infer_product(const NodeView& node, InferContext& context, size_t first, size_t second, DType dtype) {
  if (!has_shapes(node)) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  Shape a = *node.value(first).shape;
  Shape b = *node.value(second).shape;
  if (a.empty() || b.empty()) return node.fail(ErrorCode::invalid_argument, "a scalar is no operand of a product");
  const bool row = a.size() == 1;
  const bool column = b.size() == 1;
  if (row) a.insert(a.begin(), Dim(1));
  if (column) b.emplace_back(1);
  if (!may_equal(a.back(), b[b.size() - 2])) return mismatch(node, first, second);
  const std::vector<Shape> batches = {Shape(a.begin(), a.end() - 2), Shape(b.begin(), b.end() - 2)};
  Shape result = WALLE_TRY(broadcast(node, context, batches));
  if (!row) result.push_back(a[a.size() - 2]);
  if (!column) result.push_back(b.back());
  context.set(0, dtype, std::move(result));
  return {};
}

}  // namespace walle::ops::rules
