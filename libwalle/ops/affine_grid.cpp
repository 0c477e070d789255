#include "libwalle/ops/rules/formula.h"
#include "libwalle/ops/rules/numbers.h"
#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

using rules::Term;

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  const auto size = node.known(1);
  if (!size || !node.value(0).shape) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  if (size->size() != 4 && size->size() != 5)
    return node.fail(ErrorCode::invalid_argument, "size must be [N, C, H, W] or [N, C, D, H, W]");
  const auto spatial = static_cast<int64_t>(size->size()) - 2;
  const Shape& theta = *node.value(0).shape;
  if (theta.size() != 3 || !rules::may_equal(theta[1], Dim(spatial)) || !rules::may_equal(theta[2], Dim(spatial + 1)))
    return rules::mismatch(node, 0, 1);
  Shape result = {(*size)[0]};
  result.insert(result.end(), size->begin() + 2, size->end());
  result.emplace_back(spatial);
  context.set(0, dtype, std::move(result));
  return {};
}

/// The middle of element i of n, where the ends of the axis (or the middles of its outermost elements) are -1 and 1.
double place(int64_t i, int64_t n, bool align_corners) {
  const auto at = static_cast<double>(i);
  const auto count = static_cast<double>(n);
  if (align_corners) return n == 1 ? 0 : 2 * at / (count - 1) - 1;
  return (2 * at + 1) / count - 1;
}

/// Homogeneous coordinates (…, y, x, 1 from the last axis) of all elements: [spatial + 1, points].
std::vector<double> homogeneous(const Ints& sizes, bool align_corners) {
  const int64_t points = rules::count(sizes);
  const Ints steps = rules::strides(sizes);
  std::vector<double> values;
  for (size_t row = 0; row <= sizes.size(); ++row) {
    for (int64_t p = 0; p < points; ++p) {
      if (row == sizes.size()) {
        values.push_back(1);
        continue;
      }
      const size_t axis = sizes.size() - 1 - row;
      values.push_back(place(p / steps[axis] % sizes[axis], sizes[axis], align_corners));
    }
  }
  return values;
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const Ints result = WALLE_TRY(node.result_dims(0));
  const bool align = WALLE_TRY(node.attribute_int("align_corners", 0)) != 0;
  const Ints sizes(result.begin() + 1, result.end() - 1);
  rules::Formula f(builder);
  const Term theta = f.of(node.operand(0));
  const Ints dims = {static_cast<int64_t>(sizes.size()) + 1, rules::count(sizes)};
  WALLE_TRY(rules::check_table(node, {dims[0], dims[1]}));
  const Term points = f.constant(homogeneous(sizes, align), dims, theta.dtype());
  return f.results({matmul(theta, points).transpose({0, 2, 1}).reshape(result)});
}

}  // namespace

extern const OpDef kAffineGrid = {.name = "AffineGrid",
                                  .formula = "y[n,p] = theta[n] (x, y, …, 1) of every place p of an image of `size`",
                                  .op_class = OpClass::composite,
                                  .operands = {2, 2},
                                  .results = {1, 1},
                                  .attributes = "align_corners:int=0",
                                  .infer = infer,
                                  .decompose = decompose};

}  // namespace walle::ops
