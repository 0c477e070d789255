#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "libwalle/lib/np/dims.h"

namespace walle::np {

/// One operand of a loop over a common box: its first element and its strides, in elements.
struct LoopOperand {
  std::byte* data = nullptr;
  Dims strides;
  size_t item_bytes = 1;
};

namespace detail {
/// Drops axes of size 1 and joins neighbours that every operand walks as one.
template <size_t N>
void coalesce(Dims& dims, std::array<LoopOperand, N>& operands) {
  for (int axis = dims.size() - 1; axis >= 0; --axis) {
    if (dims[axis] != 1) continue;
    dims.erase(axis);
    for (auto& o : operands) o.strides.erase(axis);
  }
  for (int axis = dims.size() - 2; axis >= 0; --axis) {
    bool joined = true;
    for (auto& o : operands) joined = joined && o.strides[axis] == o.strides[axis + 1] * dims[axis + 1];
    if (!joined) continue;
    dims[axis] *= dims[axis + 1];
    dims.erase(axis + 1);
    for (auto& o : operands) {
      o.strides[axis] = o.strides[axis + 1];
      o.strides.erase(axis + 1);
    }
  }
}
}  // namespace detail

/// Calls `row(count, pointers, strides)` for each innermost row of the box `dims`, in C order. A box of rank 0 is one
/// row of one element; a box without elements calls nothing. Operands must have strides of the box's rank.
template <size_t N, class Row>
void for_each_row(Dims dims, std::array<LoopOperand, N> operands, Row&& row) {
  for (const int64_t d : dims) {
    if (d == 0) return;
  }
  detail::coalesce(dims, operands);
  std::array<std::byte*, N> at;
  std::array<int64_t, N> inner{};
  const int outer = dims.size() - 1;
  for (size_t k = 0; k < N; ++k) {
    at[k] = operands[k].data;
    if (outer >= 0) inner[k] = operands[k].strides[outer];
  }
  if (outer < 0) return row(int64_t{1}, at, inner);
  Dims index(outer, 0);
  for (;;) {
    row(dims[outer], at, inner);
    int axis = outer - 1;
    for (; axis >= 0; --axis) {
      const bool wraps = ++index[axis] == dims[axis];
      const int64_t step = wraps ? 1 - dims[axis] : 1;
      for (size_t k = 0; k < N; ++k) {
        at[k] += step * operands[k].strides[axis] * static_cast<int64_t>(operands[k].item_bytes);
      }
      if (!wraps) break;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

}  // namespace walle::np
