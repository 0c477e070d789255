#pragma once

#include <optional>
#include <vector>

#include "libwalle/lib/np/array.h"
#include "libwalle/lib/np/elementwise.h"

namespace walle::np {

/// For each axis the positions (int64) of the elements that are not zero, in C order.
[[nodiscard]] Result<std::vector<Array>> nonzero(const Array& a);
/// Elements of x where condition is true, else of y; broadcast, promoted.
[[nodiscard]] Result<Array> where(const Array& condition, const Operand& x, const Operand& y);
/// Elements bounded by `low` and `high` (either may be absent).
[[nodiscard]] Result<Array> clip(const Array& a, const std::optional<Operand>& low, const std::optional<Operand>& high);
/// a's slices along `axis` at `positions` (which may have any rank); without axis of the flattened array.
[[nodiscard]] Result<Array> take(const Array& a, const Array& positions, std::optional<int64_t> axis);
/// Positions where values would go into the sorted 1-d array; `right`: after equal ones.
[[nodiscard]] Result<Array> search_sorted(const Array& sorted, const Array& values, bool right);

}  // namespace walle::np
