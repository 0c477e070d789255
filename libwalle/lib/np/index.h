#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <variant>

#include "libwalle/lib/np/array.h"

namespace walle::np {

/// start:stop:step; kNone = left out.
struct Slice {
  static constexpr int64_t kNone = std::numeric_limits<int64_t>::min();
  int64_t start = kNone;
  int64_t stop = kNone;
  int64_t step = 1;
};
struct NewAxis {};
struct Ellipsis {};

/// One part of a[…]: a position, a slice, None, …, or an array of positions or of truth values.
using Index = std::variant<int64_t, Slice, NewAxis, Ellipsis, Array>;

/// a[indices]: a view when no part is an array, else a copy. Errors: invalid_argument for a wrong form,
/// not_found (IndexError) for a position out of bounds or too many indices.
[[nodiscard]] Result<Array> get(const Array& a, std::span<const Index> indices);
/// a[indices] = value, with broadcasting and conversion to a's dtype. Errors: as get; failed_precondition if a is
/// read-only.
[[nodiscard]] Status set(const Array& a, std::span<const Index> indices, const Array& value);

}  // namespace walle::np
