#include "libwalle/session/memory_plan.h"

#include <random>

#include <gtest/gtest.h>

namespace walle::session {
namespace {

bool apart(const Lifetime& a, const Lifetime& b) {
  const bool in_time = a.last < b.first || b.last < a.first;
  const bool in_space = a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset;
  return in_time || in_space;
}

TEST(MemoryPlan, BuffersThatLiveTogetherDoNotOverlap) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<Lifetime> buffers(1 + random() % 40);
    for (Lifetime& b : buffers) {
      b.bytes = static_cast<int64_t>(random() % 5000);
      b.first = static_cast<int64_t>(random() % 50);
      b.last = b.first + static_cast<int64_t>(random() % 10);
    }
    const int64_t bytes = place(buffers);
    for (size_t i = 0; i < buffers.size(); ++i) {
      EXPECT_EQ(buffers[i].offset % 64, 0);
      EXPECT_LE(buffers[i].offset + buffers[i].bytes, bytes);
      for (size_t j = 0; j < i; ++j) EXPECT_TRUE(apart(buffers[i], buffers[j])) << i << " " << j;
    }
  }
}

TEST(MemoryPlan, BuffersOfDifferentTimesShareTheirPlace) {
  std::vector<Lifetime> buffers = {{.bytes = 640, .first = 0, .last = 1}, {.bytes = 640, .first = 2, .last = 3}};
  EXPECT_EQ(place(buffers), 640);
}

TEST(MemoryPlan, NothingTakesNothing) { EXPECT_EQ(place({}), 0); }

}  // namespace
}  // namespace walle::session
