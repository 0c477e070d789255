#include "ipc/bundle/chunker.h"

#include <algorithm>
#include <array>

namespace walle::bundle {
namespace {

/// 256 fixed pseudo-random words (SplitMix64 from 1): part of the format, so they never change.
constexpr std::array<uint64_t, 256> make_gear() {
  std::array<uint64_t, 256> out{};
  uint64_t state = 1;
  for (uint64_t& word : out) {
    state += 0x9e3779b97f4a7c15ULL;
    uint64_t z = state;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    word = z ^ (z >> 31U);
  }
  return out;
}

constexpr std::array<uint64_t, 256> kGear = make_gear();

// Normalised chunking: a harder condition before the mean, an easier one behind it. The high bits of a gear hash
// depend on the last 64 bytes.
constexpr uint64_t kHard = ~0ULL << (64U - 18U);
constexpr uint64_t kEasy = ~0ULL << (64U - 14U);

size_t next_cut(std::span<const uint8_t> bytes) {
  const size_t end = std::min(bytes.size(), static_cast<size_t>(kMaxChunk));
  uint64_t hash = 0;
  for (size_t i = static_cast<size_t>(kMinChunk); i < end; ++i) {
    hash = (hash << 1U) + kGear[bytes[i]];
    const uint64_t mask = i < static_cast<size_t>(kMeanChunk) ? kHard : kEasy;
    if ((hash & mask) == 0) return i + 1;
  }
  return end;
}

}  // namespace

std::vector<Chunk> chunk(std::span<const uint8_t> bytes) {
  std::vector<Chunk> out;
  if (static_cast<int64_t>(bytes.size()) <= kMeanChunk) return out;
  while (!bytes.empty()) {
    const size_t size = next_cut(bytes);
    out.push_back({.size = static_cast<int64_t>(size), .sha256 = sha256(bytes.first(size))});
    bytes = bytes.subspan(size);
  }
  return out;
}

}  // namespace walle::bundle
