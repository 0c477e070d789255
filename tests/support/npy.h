#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "libwalle/base/file.h"
#include "libwalle/lib/np/array.h"

namespace walle::testing {

/// Reads a .npy file (version 1, C order, little endian) that a reference script wrote. For tests only: it trusts the
/// file.
inline np::Array read_npy(const std::string& path) {
  const auto bytes = read_file(path, 1U << 30).value();
  const auto header_size = static_cast<size_t>(bytes[8] | bytes[9] << 8);
  const std::string header(bytes.begin() + 10, bytes.begin() + 10 + static_cast<long>(header_size));
  const std::string kind = header.substr(header.find("'descr': '") + 11, 2);
  const DType dtype = kind == "u1"   ? DType::u8
                      : kind == "i1" ? DType::i8
                      : kind == "u2" ? DType::u16
                      : kind == "i2" ? DType::i16
                      : kind == "i4" ? DType::i32
                      : kind == "i8" ? DType::i64
                      : kind == "f8" ? DType::f64
                      : kind == "b1" ? DType::boolean
                                     : DType::f32;
  np::Dims dims;
  size_t at = header.find("'shape': (") + 10;
  while (header[at] != ')') {
    dims.push_back(std::stoll(header.substr(at)));
    at = header.find_first_of(",)", at);
    while (header[at] == ',' || header[at] == ' ') ++at;
  }
  return np::Array::copy_of(dtype, dims, bytes.data() + 10 + header_size).value();
}

}  // namespace walle::testing
