#include <cmath>
#include <numbers>

#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/numbers.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

/// Longest transform: its matrices have length² elements.
constexpr int64_t kMaxLength = 4096;

/// The axis became operand 2 in opset 20, and its default changed from 1 to -2.
Status upgrade(Node& node, int opset, GraphBuilder&) {
  if (opset < 20) node.attributes.try_emplace("axis", int64_t{1});
  return {};
}

Result<size_t> axis_of(const NodeView& node, size_t rank) {
  const auto axes = static_cast<int64_t>(rank);
  int64_t axis = WALLE_TRY(node.attribute_int("axis", -2));
  if (node.has(2)) axis = WALLE_TRY(rules::known_integer(node, 2, -axes, axes - 1));
  return static_cast<size_t>(WALLE_TRY(node.axis(axis, axes)));
}

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (!node.value(0).shape) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  Shape shape = *node.value(0).shape;
  if (shape.size() < 2) return node.fail(ErrorCode::invalid_argument, "needs an operand of rank 2 or more");
  const bool onesided = WALLE_TRY(node.attribute_int("onesided", 0)) != 0;
  const bool inverse = WALLE_TRY(node.attribute_int("inverse", 0)) != 0;
  if (node.has(2) && node.constant(2) == nullptr && rules::depends_on_data(node, 2)) {
    for (size_t i = 0; i + 1 < shape.size(); ++i) shape[i] = context.fresh("d" + std::to_string(i));
    shape.back() = onesided && inverse ? 1 : 2;
    context.set(0, dtype, std::move(shape));
    return {};
  }
  const size_t axis = WALLE_TRY(axis_of(node, shape.size()));
  if (axis + 1 == shape.size()) return node.fail(ErrorCode::invalid_argument, "the last axis holds the parts");
  Dim length = shape[axis];
  if (node.has(1)) {
    const auto given = WALLE_TRY(rules::known_count(node, 1, 1, kMaxLength));
    length = given ? Dim(*given) : context.fresh("length");
  } else if (onesided && inverse) {
    length = rules::times(context, rules::minus(context, length, Dim(1)), Dim(2));
  }
  const bool half = onesided && !inverse;
  shape[axis] = half ? rules::plus(context, rules::over(context, length, Dim(2)), Dim(1)) : length;
  shape.back() = onesided && inverse ? 1 : 2;
  context.set(0, dtype, std::move(shape));
  return {};
}

/// cos or sin of 2π i k / n times weight(i), [rows, bins].
template <class Weight>
Result<ValueId> matrix(GraphBuilder& builder, DType dtype, Ints dims, int64_t n, bool sine, Weight weight) {
  std::vector<double> values;
  for (int64_t i = 0; i < dims[0]; ++i) {
    for (int64_t k = 0; k < dims[1]; ++k) {
      const double angle = 2 * std::numbers::pi * static_cast<double>(i * k % n) / static_cast<double>(n);
      values.push_back(weight(i) * (sine ? std::sin(angle) : std::cos(angle)));
    }
  }
  return rules::number_constant(builder, dtype, dims, values);
}

/// The signal along the last axis, cut or padded with 0 to n; real (0) or imaginary (1) part.
Result<ValueId> part(GraphBuilder& builder, ValueId x, size_t axis, int64_t n, int64_t index) {
  const Ints dims = WALLE_TRY(builder.dims(x));
  const auto rank = static_cast<int64_t>(dims.size());
  ValueId y = WALLE_TRY(rules::slice(builder, x, rank - 1, index, index + 1));
  const auto at = static_cast<int64_t>(axis);
  if (dims[axis] > n) y = WALLE_TRY(rules::slice(builder, y, at, 0, n));
  if (dims[axis] < n) {
    Ints pads(2 * dims.size(), 0);
    pads[axis + dims.size()] = n - dims[axis];
    y = WALLE_TRY(builder.one("Pad", {y, builder.ints(pads)}));
  }
  Ints perm;
  for (int64_t i = 0; i < rank; ++i) {
    if (i != at) perm.push_back(i);
  }
  perm.push_back(at);
  return rules::transpose(builder, y, perm);  // […, 1, n]
}

/// Back to […, bins at axis, …, 1].
Result<ValueId> placed(GraphBuilder& builder, ValueId y, size_t axis, size_t rank) {
  Ints perm;
  for (size_t i = 0; i + 1 < rank; ++i) perm.push_back(static_cast<int64_t>(i));
  perm.insert(perm.begin() + static_cast<std::ptrdiff_t>(axis), static_cast<int64_t>(rank) - 1);
  return rules::transpose(builder, y, perm);
}

/// Half a spectrum back to a real signal: the other half is its conjugate, so inner bins count twice.
Replacement real_inverse(const NodeView& node, GraphBuilder& builder, size_t axis, int64_t n) {
  const Ints dims = WALLE_TRY(node.dims(0));
  const DType dtype = WALLE_TRY(node.dtype(0));
  const int64_t bins = n / 2 + 1;
  const auto weight = [&](int64_t k) { return (k == 0 || 2 * k == n ? 1.0 : 2.0) / static_cast<double>(n); };
  const ValueId x = node.operand(0);
  const ValueId cosines = WALLE_TRY(matrix(builder, dtype, {bins, n}, n, false, weight));
  const ValueId sines = WALLE_TRY(matrix(builder, dtype, {bins, n}, n, true, weight));
  const ValueId real = WALLE_TRY(part(builder, x, axis, bins, 0));
  const ValueId even = WALLE_TRY(builder.one("MatMul", {real, cosines}));
  if (dims.back() != 2) return rules::replaced(placed(builder, even, axis, dims.size()));
  const ValueId imaginary = WALLE_TRY(part(builder, x, axis, bins, 1));
  const ValueId odd = WALLE_TRY(builder.one("MatMul", {imaginary, sines}));
  const ValueId y = WALLE_TRY(builder.one("Sub", {even, odd}));
  return rules::replaced(placed(builder, y, axis, dims.size()));
}

/// Products with the matrices of cosines and sines.
Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const Ints dims = WALLE_TRY(node.dims(0));
  const Ints result = WALLE_TRY(node.result_dims(0));
  const size_t axis = WALLE_TRY(axis_of(node, dims.size()));
  const DType dtype = WALLE_TRY(node.dtype(0));
  const bool inverse = WALLE_TRY(node.attribute_int("inverse", 0)) != 0;
  const bool to_real = inverse && WALLE_TRY(node.attribute_int("onesided", 0)) != 0;
  const int64_t n = to_real       ? result[axis]
                    : node.has(1) ? WALLE_TRY(rules::known_integer(node, 1, 1, kMaxLength))
                                  : dims[axis];
  if (n < 1 || n > kMaxLength)
    return node.fail(ErrorCode::unsupported, "transforms are 1 to " + std::to_string(kMaxLength) + " long");
  if (to_real) return real_inverse(node, builder, axis, n);
  const bool complex = dims.back() == 2;
  const ValueId x = node.operand(0);
  const double scale = inverse ? 1 / static_cast<double>(n) : 1;
  const Ints size = {n, result[axis]};
  const auto even = [&](int64_t) { return scale; };
  const auto odd = [&](int64_t) { return inverse ? scale : -scale; };
  const ValueId cosines = WALLE_TRY(matrix(builder, dtype, size, n, false, even));
  const ValueId sines = WALLE_TRY(matrix(builder, dtype, size, n, true, odd));
  const ValueId real = WALLE_TRY(part(builder, x, axis, n, 0));
  ValueId y_real = WALLE_TRY(builder.one("MatMul", {real, cosines}));
  ValueId y_imaginary = WALLE_TRY(builder.one("MatMul", {real, sines}));
  if (complex) {
    const ValueId imaginary = WALLE_TRY(part(builder, x, axis, n, 1));
    const ValueId turned = WALLE_TRY(builder.one("MatMul", {imaginary, sines}));
    const ValueId kept = WALLE_TRY(builder.one("MatMul", {imaginary, cosines}));
    y_real = WALLE_TRY(builder.one("Sub", {y_real, turned}));
    y_imaginary = WALLE_TRY(builder.one("Add", {y_imaginary, kept}));
  }
  const ValueId first = WALLE_TRY(placed(builder, y_real, axis, dims.size()));
  const ValueId second = WALLE_TRY(placed(builder, y_imaginary, axis, dims.size()));
  return rules::replaced(rules::concat(builder, {first, second}, static_cast<int64_t>(dims.size()) - 1));
}

}  // namespace

extern const OpDef kDft = {
    .name = "DFT",
    .formula = "y[k] = Σ_n x[n] e^(-2πi nk/N); inverse: e^(+…) / N; the last axis is (real, imaginary)",
    .op_class = OpClass::composite,
    .operands = {1, 3},
    .results = {1, 1},
    .attributes = "axis:int=-2, inverse:int=0, onesided:int=0",
    .upgrade = upgrade,
    .infer = infer,
    .decompose = decompose};

}  // namespace walle::ops
