#pragma once

#include "libwalle/lib/np/array.h"

namespace walle::np {

/// Copies `from` into `to` element by element, converting by C's rules. Equal dims are the caller's to ensure;
/// `to`'s elements must not overlap `from`'s unless they are the same elements.
void assign_elements(const Array& from, const Array& to);

/// The value of the element at `data` as double / int64 (for indexing, formatting, scalars).
[[nodiscard]] double to_double(DType dtype, const void* data);
[[nodiscard]] int64_t to_int64(DType dtype, const void* data);

}  // namespace walle::np
