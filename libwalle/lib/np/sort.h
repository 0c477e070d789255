#pragma once

#include <optional>

#include "libwalle/lib/np/array.h"

namespace walle::np {

/// Ascending along an axis (of the flattened array without), NaN last; stable.
[[nodiscard]] Result<Array> sort(const Array& a, std::optional<int64_t> axis);
/// Positions (int64) that would sort.
[[nodiscard]] Result<Array> arg_sort(const Array& a, std::optional<int64_t> axis);

struct Unique {
  Array values;
  Array index;    ///< of each value's first occurrence in the flattened array
  Array inverse;  ///< of each element, in a's shape
  Array counts;
};
/// Sorted distinct elements.
[[nodiscard]] Result<Unique> unique(const Array& a);

}  // namespace walle::np
