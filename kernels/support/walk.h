#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "kernels/abi/kernel.h"

namespace walle::kernels {

/// Calls f(offsets) for every element of a box in row-major order; offsets[i] is the element's position under the i-th
/// set of strides. `strides` have the rank of `dims`. An empty box calls nothing; rank 0 calls once.
template <size_t N, class F>
void walk(std::span<const int64_t> dims, const std::array<std::span<const int64_t>, N>& strides, F&& f) {
  for (const int64_t d : dims) {
    if (d == 0) return;
  }
  std::array<int64_t, N> at{};
  if (dims.empty()) {
    f(at);
    return;
  }
  const size_t last = dims.size() - 1;
  std::array<int64_t, kMaxRank> step{};
  while (true) {
    std::array<int64_t, N> inner = at;
    for (int64_t i = 0; i < dims[last]; ++i) {
      f(inner);
      for (size_t n = 0; n < N; ++n) inner[n] += strides[n][last];
    }
    size_t axis = last;
    while (true) {
      if (axis == 0) return;
      --axis;
      for (size_t n = 0; n < N; ++n) at[n] += strides[n][axis];
      if (++step[axis] < dims[axis]) break;
      for (size_t n = 0; n < N; ++n) at[n] -= strides[n][axis] * dims[axis];
      step[axis] = 0;
    }
  }
}

/// Walks a box and gives the step vector too: f(steps, offsets). For kernels that need to know where they are.
template <size_t N, class F>
void walk_steps(std::span<const int64_t> dims, const std::array<std::span<const int64_t>, N>& strides, F&& f) {
  for (const int64_t d : dims) {
    if (d == 0) return;
  }
  std::array<int64_t, N> at{};
  Extents step(dims.size(), 0);
  while (true) {
    f(static_cast<const Extents&>(step), static_cast<const std::array<int64_t, N>&>(at));
    size_t axis = dims.size();
    while (true) {
      if (axis == 0) return;
      --axis;
      for (size_t n = 0; n < N; ++n) at[n] += strides[n][axis];
      if (++step[axis] < dims[axis]) break;
      for (size_t n = 0; n < N; ++n) at[n] -= strides[n][axis] * dims[axis];
      step[axis] = 0;
    }
  }
}

/// Position of a step vector under strides.
[[nodiscard]] inline int64_t offset_of(std::span<const int64_t> steps, std::span<const int64_t> strides) {
  int64_t offset = 0;
  for (size_t i = 0; i < steps.size(); ++i) offset += steps[i] * strides[i];
  return offset;
}

/// `axis` counted from the end where negative.
[[nodiscard]] inline size_t axis_of(int64_t axis, size_t rank) {
  return static_cast<size_t>(axis < 0 ? axis + static_cast<int64_t>(rank) : axis);
}

/// `dims` without one axis: the box of the rows along it.
[[nodiscard]] inline Extents without_axis(Extents extents, size_t axis) {
  extents.erase(axis);
  return extents;
}

}  // namespace walle::kernels
