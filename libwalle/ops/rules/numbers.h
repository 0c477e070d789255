#pragma once

#include <span>

#include "libwalle/ops/rules/define.h"

// Constants that a decomposition computes itself.
namespace walle::ops::rules {

/// Checks that a table which a decomposition writes down is not too long: 2^25 numbers, given as a product of counts.
/// Errors: unsupported.
[[nodiscard]] Status check_table(const NodeView& node, std::initializer_list<int64_t> counts);
/// A constant of this dtype (any numeric one) with these elements, rounded to it. Errors: those of Tensor::of and Cast.
[[nodiscard]] Result<ValueId> number_constant(GraphBuilder& builder, DType dtype, std::span<const int64_t> dims,
                                              std::span<const double> values);
/// A count that was computed in floats, cut to ±2 · kMaxElements (which no shape takes); 0 of what is not a number.
[[nodiscard]] int64_t saturated(double count);
/// A scalar operand that must be known while planning. Errors: unsupported naming the operand if it is not.
[[nodiscard]] Result<double> known_scalar(const NodeView& node, size_t operand);
/// The same for an integer in [least, most]. Errors: also invalid_argument for one outside.
[[nodiscard]] Result<int64_t> known_integer(const NodeView& node, size_t operand, int64_t least, int64_t most);
/// The same; nullopt where it depends on data.
[[nodiscard]] Result<std::optional<int64_t>> known_count(const NodeView& node, size_t operand, int64_t least,
                                                         int64_t most);

}  // namespace walle::ops::rules
