#pragma once

#include <span>

#include "libwalle/ops/rules/define.h"

// Short forms of what decompositions build all the time.
namespace walle::ops::rules {

[[nodiscard]] Result<ValueId> reshape(GraphBuilder& builder, ValueId x, std::span<const int64_t> dims);
/// Reshapes to the dims of another value.
[[nodiscard]] Result<ValueId> transpose(GraphBuilder& builder, ValueId x, Ints perm);
[[nodiscard]] Result<ValueId> cast(GraphBuilder& builder, ValueId x, DType dtype);
[[nodiscard]] Result<ValueId> concat(GraphBuilder& builder, std::vector<ValueId> parts, int64_t axis);
/// x[…, begin:end, …] along axis.
[[nodiscard]] Result<ValueId> slice(GraphBuilder& builder, ValueId x, int64_t axis, int64_t begin, int64_t end);
[[nodiscard]] Result<ValueId> expand(GraphBuilder& builder, ValueId x, std::span<const int64_t> dims);
/// Reduction that keeps or drops its axes.
[[nodiscard]] Result<ValueId> reduce(GraphBuilder& builder, std::string_view op, ValueId x, Ints axes, bool keep);
/// A scalar of x's dtype.
[[nodiscard]] ValueId scalar_like(GraphBuilder& builder, ValueId x, double value);
/// op(x, scalar) with a scalar of x's dtype.
[[nodiscard]] Result<ValueId> with_scalar(GraphBuilder& builder, std::string_view op, ValueId x, double value);
/// [1, C, 1, 1…]: a vector per channel made to broadcast over x's `rank` axes, `axis` being the channel's.
[[nodiscard]] Result<ValueId> per_axis(GraphBuilder& builder, ValueId vector, size_t rank, size_t axis);
/// 0, 1, … count-1 as i64, along `axis` of `rank` axes. No constant yet: folding makes it one where it is not too long.
[[nodiscard]] Result<ValueId> positions(GraphBuilder& builder, int64_t count, size_t rank, size_t axis);

}  // namespace walle::ops::rules
