#pragma once

#include <optional>
#include <span>
#include <vector>

#include "libwalle/lib/np/array.h"

namespace walle::np {

// Views where NumPy gives views; errors are invalid_argument with NumPy's reason.

/// Axis −rank … rank−1 → 0 … rank−1.
[[nodiscard]] Result<int> normalise_axis(int64_t axis, int rank);
/// The same for several, without duplicates, ascending.
[[nodiscard]] Result<Dims> normalise_axes(const Dims& axes, int rank);

/// One size may be −1. A copy only when the elements do not lie in order.
[[nodiscard]] Result<Array> reshape(const Array& a, const Dims& dims);
/// Reverses the axes, or permutes them.
[[nodiscard]] Result<Array> transpose(const Array& a, const std::optional<Dims>& axes);
[[nodiscard]] Result<Array> swap_axes(const Array& a, int64_t first, int64_t second);
[[nodiscard]] Result<Array> move_axis(const Array& a, const Dims& from, const Dims& to);
[[nodiscard]] Result<Array> squeeze(const Array& a, const std::optional<Dims>& axes);
[[nodiscard]] Result<Array> expand_dims(const Array& a, const Dims& axes);
/// All axes reversed, or the given ones.
[[nodiscard]] Result<Array> flip(const Array& a, const std::optional<Dims>& axes);

/// The shape that all broadcast to; error names the shapes.
[[nodiscard]] Result<Dims> broadcast_dims(std::span<const Dims> all);
/// A view with stride 0 along repeated axes.
[[nodiscard]] Result<Array> broadcast_to(const Array& a, const Dims& dims);

/// Converted to `dtype` where needed, and contiguous.
[[nodiscard]] Result<Array> dense_as(const Array& a, DType dtype);
/// Converted to `dtype` where needed, as a view of shape `dims`.
[[nodiscard]] Result<Array> spread_as(const Array& a, DType dtype, const Dims& dims);

}  // namespace walle::np
