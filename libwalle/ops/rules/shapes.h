#pragma once

#include <initializer_list>
#include <span>

#include "libwalle/ops/rules/define.h"

// Shape rules shared by many operators. All accept symbolic dimensions; what is not affine becomes a fresh symbol.
namespace walle::ops::rules {

/// True if every operand that is given has a shape (of known rank).
[[nodiscard]] bool has_shapes(const NodeView& node);
/// Most dimensions that inference makes symbols for; beyond it the shape counts as unknown.
inline constexpr size_t kMaxSymbolicRank = 64;
/// Sets result `result` to dtype with `rank` fresh dimensions.
void set_fresh(InferContext& context, size_t result, DType dtype, size_t rank);
/// Result 0 has this dtype and the shape of operand 0 (unknown stays unknown).
[[nodiscard]] Status infer_shape(const NodeView& node, InferContext& context, DType dtype);
[[nodiscard]] inline Status infer_f32(const NodeView& node, InferContext& context) {
  return infer_shape(node, context, DType::f32);
}
/// Result 0 has dtype and shape of operand 0 (unknown stays unknown).
[[nodiscard]] Status infer_same(const NodeView& node, InferContext& context);
/// Result 0 has the shape of operand 0 and is boolean.
[[nodiscard]] Status infer_boolean(const NodeView& node, InferContext& context);

/// Arithmetic of dimensions; a fresh symbol where the result is not affine.
[[nodiscard]] Dim plus(InferContext& context, const Dim& a, const Dim& b);
[[nodiscard]] Dim minus(InferContext& context, const Dim& a, const Dim& b);
[[nodiscard]] Dim times(InferContext& context, const Dim& a, const Dim& b);
/// a / b rounded down, b > 0.
[[nodiscard]] Dim over(InferContext& context, const Dim& a, const Dim& b);
/// Product of [begin, end) of a shape.
[[nodiscard]] Dim product(InferContext& context, std::span<const Dim> dims);

/// The shape that shapes broadcast to (right-aligned; 1 stretches). Errors: invalid_argument with both shapes.
[[nodiscard]] Result<Shape> broadcast(const NodeView& node, InferContext& context, std::span<const Shape> shapes);
/// The same for operands [0, count) of a node, which all need a shape.
[[nodiscard]] Result<Shape> broadcast_operands(const NodeView& node, InferContext& context, size_t count);
/// Checks that a and b may be the same dimension.
[[nodiscard]] bool may_equal(const Dim& a, const Dim& b);
/// The error of two operands that do not fit, with their shapes.
[[nodiscard]] tl::unexpected<Error> mismatch(const NodeView& node, size_t a, size_t b);
/// "[2,N,3]" without names of symbols.
[[nodiscard]] std::string text(const Shape& shape);

/// Axes of an attribute or an operand: in [-rank, rank), unique. Sorted and not negative in the answer.
[[nodiscard]] Result<Ints> axes(const NodeView& node, std::span<const int64_t> given, size_t rank);
/// The axes given as operand `operand` or as attribute "axes"; nullopt if neither is given.
/// Errors: unsupported if the operand's data is not known.
[[nodiscard]] Result<std::optional<Ints>> given_axes(const NodeView& node, size_t operand);
/// True if the operand is there but its elements are not known.
[[nodiscard]] bool depends_on_data(const NodeView& node, size_t operand);

}  // namespace walle::ops::rules
