#pragma once

#include <cstdint>

namespace walle::kernels::conv {

/// Lines of bytes of which each column sees `4 * quads` neighbours, `stride` bytes after those of the column before.
struct ByteLines {
  const uint8_t* line = nullptr;
  int64_t next = 0;  ///< bytes from a line to the next
  int64_t lines = 0, quads = 1, stride = 1;
  int64_t columns = 0;  ///< a multiple of gemm_i8::lanes()
  uint8_t flip = 0;     ///< what bytes are xored with
};

/// The neighbours in the layout of gemm_i8's columns: [lines][quads][columns][4]. Up to 64 bytes past a line's last
/// neighbour are read.
void quads_of_lines(const ByteLines& lines, uint8_t* destination);

}  // namespace walle::kernels::conv
