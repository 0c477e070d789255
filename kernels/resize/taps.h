#pragma once

#include <cstdint>

#include "kernels/abi/kernel.h"

namespace walle::kernels::resize {

/// How one axis is resized: which source positions an output position mixes, and with what weights.
struct AxisMap {
  const ResizeAttributes* attributes = nullptr;
  size_t axis = 0;
  int64_t in = 1, out = 1;

  /// True if the axis is left as it is.
  [[nodiscard]] bool identity() const;
  /// Most taps of an output position.
  [[nodiscard]] int64_t taps() const;
  /// Source coordinate of output position `x`; nullopt: outside the cropped operand (extrapolate).
  [[nodiscard]] std::optional<double> source(int64_t x) const;
  /// Writes `taps()` source positions (clamped to the operand) and weights of output position `x`; false: extrapolate.
  bool fill(int64_t x, int64_t* positions, double* weights) const;
};

}  // namespace walle::kernels::resize
