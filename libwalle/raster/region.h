#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "kernels/abi/families.h"
#include "kernels/abi/region.h"
#include "libwalle/base/result.h"

namespace walle::raster {

/// The algebra of regions (kernels/abi/region.h says what a region is). A *raster* is a list of regions that write one
/// destination; what no region writes is 0. All functions are pure and re-entrant.

using Regions = std::vector<Region>;

/// Number of steps of the box; 0 if empty. Saturates at INT64_MAX.
[[nodiscard]] int64_t count(const Region& region);

/// The canonical form: no axis of size 1, destination strides not negative, axes sorted by destination stride
/// (outermost first), neighbours fused where both strides agree. Two copies with equal index maps have equal forms in
/// all cases that transforms produce. An indexed axis stays an axis of its own; axes are neither fused with it nor
/// flipped.
[[nodiscard]] Region canonical(Region region);

/// Drops empty regions, makes each canonical, joins neighbours that continue one another, sorts by destination.
void canonicalise(Regions& regions);

/// Checks that every address that a step reaches lies in its buffer. source_counts: elements of each operand;
/// dst_count: elements of the destination. Overflow counts as outside.
/// Errors: invalid_argument naming the region, the offset and the buffer's size.
[[nodiscard]] Status verify(std::span<const Region> regions, std::span<const int64_t> source_counts, int64_t dst_count);

/// The source whose elements [0, elements) this raster copies unchanged to [0, elements), or nullopt.
/// Requires: canonical regions.
[[nodiscard]] std::optional<int> identity(std::span<const Region> regions, int64_t elements);

/// One operand seen through strides: element (i, j, …) of `dims` is at offset + i*strides[0] + …
struct View {
  int source = 0;
  int64_t offset = 0;
  Extents dims;
  Extents strides;
};

/// The raster as a strided view of one operand with the shape `dims`, if it is one: a single copy that covers the whole
/// destination. Rank ≤ kMaxRank. Requires: canonical regions.
[[nodiscard]] std::optional<View> as_view(std::span<const Region> regions, std::span<const int64_t> dims);

/// Hash of a list of canonical regions; equal lists have equal hashes (horizontal merge).
[[nodiscard]] size_t hash(std::span<const Region> regions);

}  // namespace walle::raster
