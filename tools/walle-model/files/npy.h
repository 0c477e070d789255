#pragma once

#include <span>
#include <string>

#include <walle/engine/tensor.h>

namespace walle::workbench {

/// Reads a .npy file (NumPy format 1 to 3; C order, or Fortran order of rank ≤ 1; little endian).
/// Errors: data_loss if it is damaged, unsupported for other dtypes and orders, both naming the file.
[[nodiscard]] Result<engine::Tensor> read_npy(const std::string& path);
/// The same from the file's bytes; errors do not name it.
[[nodiscard]] Result<engine::Tensor> parse_npy(std::span<const uint8_t> bytes);

/// Writes version 1.0, atomically. bf16 is written as float32.
[[nodiscard]] Status write_npy(const std::string& path, const engine::Tensor& tensor);

}  // namespace walle::workbench
