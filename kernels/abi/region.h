#pragma once

#include <cstdint>
#include <optional>

#include "kernels/abi/dtype.h"
#include "kernels/abi/inline_vector.h"

namespace walle {

/// What happens where a region writes.
enum class Combine : uint8_t { copy, add, max };

/// One axis of a region's box: `size` steps; each moves the source by `src_stride` and the destination by `dst_stride`
/// elements. Strides may be 0 (broadcast; only in the source, unless `combine` is not copy) or negative (reversal).
template <class Int>
struct BasicAxis {
  Int size{};
  Int src_stride{};
  Int dst_stride{};
  friend bool operator==(const BasicAxis&, const BasicAxis&) = default;
};

/// The axis whose source position is read from an index operand (gather): at step i of axis `axis` the source moves by
/// index[index_offset + sum(step_j * index_stride_j)] * src_stride instead of i * src_stride. Negative indices count
/// from `bound`; an index outside [-bound, bound) reads as the fill value 0.
template <class Int>
struct BasicIndexedAxis {
  int operand = 0;     ///< which source operand holds the indices (i32 or i64)
  size_t axis = 0;     ///< position in `axes`
  Int index_offset{};  ///< element of the index operand for step 0
  Int index_stride{};  ///< step of the index operand along `axis`
  Int bound{};         ///< number of source positions along the axis
  friend bool operator==(const BasicIndexedAxis&, const BasicIndexedAxis&) = default;
};

/// One strided copy of a box: the atom of all data movement in Walle (the raster of the OSDI '22 paper, section 4.1).
///
///   for every step vector s of `axes` (0 <= s[k] < axes[k].size):
///     dst[dst_offset + sum_k s[k]*axes[k].dst_stride]  combine=  src[src_offset + sum_k s[k]*axes[k].src_stride]
///
/// Units:    offsets and strides are in elements, never bytes, and may have any sign; a box with a size of 0 is empty.
/// Source:   operand `source` (≥ 0), or the constant `fill` when source == kFill (then source strides are ignored).
/// Bounds:   every address that a step reaches lies in its buffer; `raster::verify` checks it before anything runs.
/// Order:    regions of one raster write disjoint destinations, except with combine add or max; so order is free.
/// Int:      int64_t when concrete; a symbolic dimension until the plan is specialised.
template <class Int>
struct BasicRegion {
  static constexpr int kFill = -1;
  static constexpr size_t kMaxAxes = 6;

  int source = 0;
  double fill = 0;  ///< value when source == kFill; converted to the dtype (exact for every integer below 2^53)
  Int src_offset{};
  Int dst_offset{};
  InlineVector<BasicAxis<Int>, kMaxAxes> axes;  ///< outermost first; empty: one element
  Combine combine = Combine::copy;
  std::optional<BasicIndexedAxis<Int>> indexed;
  friend bool operator==(const BasicRegion&, const BasicRegion&) = default;
};

using Axis = BasicAxis<int64_t>;
using IndexedAxis = BasicIndexedAxis<int64_t>;
using Region = BasicRegion<int64_t>;

}  // namespace walle
