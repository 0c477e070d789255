#pragma once

#include <array>
#include <cstdint>

#include "kernels/abi/kernel.h"

namespace walle::kernels {

/// A spatial axis of a window; absent leading axes of 1-D and 2-D problems are axes of size 1.
struct WindowAxis {
  int64_t in = 1, out = 1, kernel = 1, stride = 1, dilation = 1, pad_begin = 0, pad_end = 0;
  int64_t x_stride = 0, y_stride = 0, w_stride = 0;
};
using WindowAxes = std::array<WindowAxis, 3>;

/// The axes of [N,C,spatial…] operands, right-aligned to three. `weights` may be null (pooling).
[[nodiscard]] inline WindowAxes window_axes(const Window& window, const Operand& x, const Operand* weights,
                                            const Operand& y) {
  WindowAxes axes;
  const size_t rank = window.kernel.size();
  for (size_t i = 0; i < rank; ++i) {
    WindowAxis& a = axes[3 - rank + i];
    a = {.in = x.dims[2 + i],
         .out = y.dims[2 + i],
         .kernel = window.kernel[i],
         .stride = i < window.strides.size() ? window.strides[i] : 1,
         .dilation = i < window.dilations.size() ? window.dilations[i] : 1,
         .pad_begin = i < window.pads_begin.size() ? window.pads_begin[i] : 0,
         .pad_end = i < window.pads_end.size() ? window.pads_end[i] : 0,
         .x_stride = x.strides[2 + i],
         .y_stride = y.strides[2 + i],
         .w_stride = weights != nullptr ? weights->strides[2 + i] : 0};
  }
  return axes;
}

/// nullptr if window, x and y fit together; else why not.
[[nodiscard]] inline const char* window_fault(const Window& window, const Operand& x, const Operand& y) {
  const size_t rank = window.kernel.size();
  if (rank < 1 || rank > 3) return "the window has not 1 to 3 axes";
  if (x.dims.size() != rank + 2 || y.dims.size() != rank + 2) return "operand and window differ in rank";
  for (size_t i = 0; i < rank; ++i) {
    if (window.kernel[i] < 1) return "an empty kernel";
    if (i < window.strides.size() && window.strides[i] < 1) return "a stride below 1";
    if (i < window.dilations.size() && window.dilations[i] < 1) return "a dilation below 1";
  }
  return nullptr;
}

}  // namespace walle::kernels
