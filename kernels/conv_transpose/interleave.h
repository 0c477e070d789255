#pragma once

#include <cstdint>

namespace walle::kernels {

/// y[k * ways + j] = rows[j * row_stride + k] for k < count, j < ways.
void interleave(const float* rows, int64_t row_stride, int64_t ways, int64_t count, float* y);

}  // namespace walle::kernels
