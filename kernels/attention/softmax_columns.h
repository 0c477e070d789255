#pragma once

#include <cstdint>

namespace walle::kernels::attention {

/// The running softmax of columns, each of them one query: scores come in blocks of keys.
struct Running {
  float* max = nullptr;         ///< largest score so far, at first the lowest float
  float* sum = nullptr;         ///< of exponentials so far, at first 0
  float* correction = nullptr;  ///< what the last block made of the values gathered before it: exp(old max - new max)
};

/// Replaces scores [keys x columns], rows `stride` apart, by exp(score - max). columns: a multiple of the vector.
void softmax_block(float* scores, int64_t stride, int64_t columns, int64_t keys, const Running& running);

}  // namespace walle::kernels::attention
