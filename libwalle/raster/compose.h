#pragma once

#include <optional>
#include <span>

#include "libwalle/raster/region.h"

namespace walle::raster {

/// Most regions that a merged raster may have.
inline constexpr size_t kMaxPieces = 32;

/// Vertical merge: the regions that do in one step what `consumer` does when it reads the destination of the raster
/// `producer`. Their sources are the producer's sources; parts that the producer does not write (they are 0) are left
/// out. Method: the producer's destination strides are a mixed-radix system; the consumer's start and strides are
/// written in its digits; where a digit would carry, the box is split (strides may be 0 or negative, fills stay fills).
/// nullopt where it refuses: more than `limit` pieces, more than 6 axes, indexed axes, a producer whose combine is not
/// copy, a consumer with combine max over a producer with holes. Requires: canonical producer.
[[nodiscard]] std::optional<Regions> compose(const Region& consumer, std::span<const Region> producer,
                                             size_t limit = kMaxPieces);

}  // namespace walle::raster
