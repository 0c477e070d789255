#pragma once

#include <string>

#include "libwalle/lib/np/array.h"

namespace walle::np {

/// As NumPy prints them with its default settings (8 digits, 75 columns, summary beyond 1000 elements).
[[nodiscard]] std::string format_str(const Array& array);
/// "array([1., 2.], dtype=float32)"
[[nodiscard]] std::string format_repr(const Array& array);
/// "np.float32(1.5)"
[[nodiscard]] std::string format_scalar_repr(const Array& array);

}  // namespace walle::np
