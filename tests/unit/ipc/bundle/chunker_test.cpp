#include "ipc/bundle/chunker.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace walle::bundle {
namespace {

std::vector<uint8_t> noise(size_t size, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<uint8_t> out(size);
  for (uint8_t& byte : out) byte = static_cast<uint8_t>(random());
  return out;
}

TEST(Chunker, ChunksCoverTheFile) {
  const auto bytes = noise(3'000'000, 1);
  const auto chunks = chunk(bytes);
  int64_t at = 0;
  for (const Chunk& piece : chunks) {
    EXPECT_LE(piece.size, kMaxChunk);
    EXPECT_EQ(piece.sha256, sha256(std::span(bytes).subspan(static_cast<size_t>(at), static_cast<size_t>(piece.size))));
    at += piece.size;
  }
  EXPECT_EQ(at, 3'000'000);
  EXPECT_GT(chunks.size(), 20U);
  EXPECT_LT(chunks.size(), 120U);
  EXPECT_TRUE(chunk(noise(1000, 1)).empty());
}

TEST(Chunker, AnInsertionMovesOnlyTheChunksAroundIt) {
  auto bytes = noise(4'000'000, 2);
  std::set<Digest> before;
  for (const Chunk& piece : chunk(bytes)) before.insert(piece.sha256);
  bytes.insert(bytes.begin() + 2'000'000, 17, 0x5a);
  int64_t fresh = 0;
  for (const Chunk& piece : chunk(bytes)) fresh += before.contains(piece.sha256) ? 0 : piece.size;
  EXPECT_LT(fresh, 4 * kMaxChunk);
}

TEST(Chunker, UniformDataEndsAtTheLargestChunk) {
  const std::vector<uint8_t> zeros(1'000'000);
  for (const Chunk& piece : chunk(zeros)) EXPECT_LE(piece.size, kMaxChunk);
}

}  // namespace
}  // namespace walle::bundle
