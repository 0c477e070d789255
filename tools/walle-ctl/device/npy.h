#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libwalle/base/result.h"

namespace walle::ctl {

/// An array as NumPy's .npy files hold it: dense, C order, little-endian.
struct Array {
  std::string dtype;  ///< f32, i64 …
  std::vector<int64_t> dims;
  std::vector<uint8_t> bytes;
};

/// Source: numpy.lib.format, versions 1 to 3. Errors: data_loss; unsupported for Fortran order and other dtypes.
[[nodiscard]] Result<Array> read_npy(std::span<const uint8_t> file);
[[nodiscard]] std::vector<uint8_t> write_npy(const Array& array);

/// "1x3x224x224". Errors: invalid_argument.
[[nodiscard]] Result<std::vector<int64_t>> parse_shape(std::string_view text);
/// Bytes of an element, or 0 for an unknown dtype.
[[nodiscard]] size_t element_bytes(std::string_view dtype);

}  // namespace walle::ctl
