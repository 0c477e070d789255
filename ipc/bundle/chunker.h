#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ipc/bundle/manifest.h"
#include "libwalle/base/result.h"

namespace walle::bundle {

inline constexpr int64_t kMinChunk = 16 << 10;
inline constexpr int64_t kMeanChunk = 64 << 10;
inline constexpr int64_t kMaxChunk = 256 << 10;

/// Cuts bytes where a rolling gear hash says so (FastCDC, Xia et al. 2016), so an insertion moves only the chunks
/// around it. Empty for data of at most kMeanChunk bytes. Deterministic: part of the format.
[[nodiscard]] std::vector<Chunk> chunk(std::span<const uint8_t> bytes);

}  // namespace walle::bundle
