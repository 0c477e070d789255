#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/abi/dtype.h"

namespace walle::kernels {

/// Converts a dense row as the cast family does without saturation.
using ConvertRow = void (*)(const std::byte* x, std::byte* y, int64_t count);

/// The conversion, or null if only the reference has it. Those that widen or keep are all here; narrowing ones as far
/// as they need no care for values outside the range.
[[nodiscard]] ConvertRow convert_row(DType from, DType to);

}  // namespace walle::kernels
