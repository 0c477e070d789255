#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <span>

#include "kernels/abi/kernel.h"

namespace walle::kernels {

/// A box under N sets of strides with as few axes as possible: the last set (the result's) ascends inwards, axes of
/// size 1 are gone and neighbours that compose in all sets are one. Never of rank 0.
template <size_t N>
struct Box {
  Extents dims;
  std::array<Extents, N> strides;
};

template <size_t N>
[[nodiscard]] Box<N> collapse(std::span<const int64_t> dims, const std::array<std::span<const int64_t>, N>& strides) {
  InlineVector<size_t, kMaxRank> order;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] != 1) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return std::abs(strides[N - 1][a]) > std::abs(strides[N - 1][b]); });
  Box<N> box;
  for (const size_t axis : order) {
    const size_t last = box.dims.size() - 1;
    bool composes = !box.dims.empty();
    for (size_t n = 0; n < N && composes; ++n) composes = box.strides[n][last] == strides[n][axis] * dims[axis];
    if (composes)
      box.dims[last] *= dims[axis];
    else
      box.dims.push_back(dims[axis]);
    for (size_t n = 0; n < N; ++n) {
      if (composes)
        box.strides[n][last] = strides[n][axis];
      else
        box.strides[n].push_back(strides[n][axis]);
    }
  }
  if (box.dims.empty()) {
    box.dims.push_back(1);
    for (size_t n = 0; n < N; ++n) box.strides[n].push_back(1);
  }
  return box;
}

/// Elements that one tile of an elementwise kernel passes over, about.
inline constexpr int64_t kTileElements = 16384;

/// A collapsed box as rows along its last axis, cut into tiles.
template <size_t N>
struct RowPlan {
  Box<N> box;
  int64_t rows = 1, length = 1;           ///< length: of a row
  int64_t rows_per_tile = 1, pieces = 1;  ///< a long row is cut into pieces

  [[nodiscard]] int64_t tiles() const { return (rows + rows_per_tile - 1) / rows_per_tile * pieces; }
};

template <size_t N>
[[nodiscard]] RowPlan<N> row_plan(std::span<const int64_t> dims,
                                  const std::array<std::span<const int64_t>, N>& strides) {
  RowPlan<N> plan{.box = collapse(dims, strides)};
  plan.length = plan.box.dims.back();
  for (size_t i = 0; i + 1 < plan.box.dims.size(); ++i) plan.rows *= plan.box.dims[i];
  plan.pieces = std::max<int64_t>(1, plan.length / kTileElements);
  plan.rows_per_tile = std::max<int64_t>(1, kTileElements / std::max<int64_t>(plan.length, 1));
  return plan;
}

/// Calls f(offsets, length) for the rows (or pieces of rows) of the tiles in `range`.
template <size_t N, class F>
void for_rows(const RowPlan<N>& plan, TileRange range, F&& f) {
  const size_t outer = plan.box.dims.size() - 1;
  const int64_t piece = (plan.length + plan.pieces - 1) / plan.pieces;
  for (int64_t tile = range.begin; tile < range.end; ++tile) {
    const int64_t begin = tile % plan.pieces * piece;
    const int64_t length = std::min(piece, plan.length - begin);
    const int64_t first = tile / plan.pieces * plan.rows_per_tile;
    std::array<int64_t, kMaxRank> step{};
    std::array<int64_t, N> at{};
    int64_t rest = first;
    for (size_t i = outer; i-- > 0;) {
      step[i] = rest % plan.box.dims[i];
      rest /= plan.box.dims[i];
      for (size_t n = 0; n < N; ++n) at[n] += step[i] * plan.box.strides[n][i];
    }
    for (size_t n = 0; n < N; ++n) at[n] += begin * plan.box.strides[n][outer];
    for (int64_t row = first; row < std::min(plan.rows, first + plan.rows_per_tile) && length > 0; ++row) {
      f(at, length);
      for (size_t i = outer; i-- > 0;) {
        for (size_t n = 0; n < N; ++n) at[n] += plan.box.strides[n][i];
        if (++step[i] < plan.box.dims[i]) break;
        for (size_t n = 0; n < N; ++n) at[n] -= plan.box.strides[n][i] * plan.box.dims[i];
        step[i] = 0;
      }
    }
  }
}

/// True if the innermost stride of set n is one of the two that vector rows know: 0 or 1.
template <size_t N>
[[nodiscard]] bool row_stride_is(const RowPlan<N>& plan, size_t n, bool zero_allowed) {
  const int64_t stride = plan.box.strides[n].back();
  return stride == 1 || (zero_allowed && stride == 0);
}

}  // namespace walle::kernels
