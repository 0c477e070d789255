#pragma once

#include <cstdint>

namespace walle::kernels::pool {

/// One output row out of lines (kernels/support/lines.h): the maximum over the taps, or their sum times scale times
/// the column's divisor.
struct Row {
  const float* line = nullptr;
  const int64_t* taps = nullptr;
  int64_t tap_count = 0;
  float* y = nullptr;
  int64_t columns = 0;
  bool max = false;
  const float* divisors = nullptr;
  float scale = 1;
};
void fold_lines(const Row& row);

}  // namespace walle::kernels::pool
