#pragma once

#include <span>
#include <vector>

#include "libwalle/lib/np/array.h"

namespace walle::np {

/// Along an existing axis; dtypes are promoted. Errors: invalid_argument naming the shapes.
[[nodiscard]] Result<Array> concatenate(std::span<const Array> arrays, int64_t axis);
/// Along a new axis.
[[nodiscard]] Result<Array> stack(std::span<const Array> arrays, int64_t axis);
/// Views between the positions along an axis.
[[nodiscard]] Result<std::vector<Array>> split_at(const Array& a, std::span<const int64_t> positions, int64_t axis);
/// `count` views of equal size; `uneven` allows sizes that differ by one.
[[nodiscard]] Result<std::vector<Array>> split(const Array& a, int64_t count, int64_t axis, bool uneven);
/// The array repeated as a whole.
[[nodiscard]] Result<Array> tile(const Array& a, const Dims& repeats);
/// Each element `counts[i]` times along the axis (one count for all).
[[nodiscard]] Result<Array> repeat(const Array& a, std::span<const int64_t> counts, int64_t axis);

enum class PadMode : uint8_t { constant, edge, reflect };
/// before[i], after[i] elements more along axis i.
[[nodiscard]] Result<Array> pad(const Array& a, const Dims& before, const Dims& after, PadMode mode,
                                const Array& value);
/// Rolls elements along the axis; those that leave come in again.
[[nodiscard]] Result<Array> roll(const Array& a, int64_t shift, int64_t axis);

}  // namespace walle::np
