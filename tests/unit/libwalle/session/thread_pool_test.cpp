#include "libwalle/session/thread_pool.h"

#include <ctime>

#include <gtest/gtest.h>

namespace walle::session {
namespace {

TEST(ThreadPool, RunsEveryTileOnce) {
  ThreadPool pool(4);
  for (const int64_t tiles : {1, 2, 7, 64, 1000}) {
    std::vector<std::atomic<int>> seen(static_cast<size_t>(tiles));
    for (int round = 0; round < 50; ++round) {
      pool.run(tiles, [&](TileRange range, int worker) {
        EXPECT_GE(worker, 0);
        EXPECT_LT(worker, 4);
        for (int64_t t = range.begin; t < range.end; ++t) ++seen[static_cast<size_t>(t)];
      });
    }
    for (const auto& count : seen) EXPECT_EQ(count, 50);
  }
}

TEST(ThreadPool, OneThreadRunsInTheCaller) {
  ThreadPool pool(1);
  const auto caller = std::this_thread::get_id();
  pool.run(10, [&](TileRange range, int) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    EXPECT_EQ(range.end - range.begin, 10);
  });
}

TEST(ThreadPool, IdleTakesNoProcessorTime) {
  ThreadPool pool(4);
  pool.run(100, [](TileRange, int) {});
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // helpers have gone to sleep
  const auto cpu_ms = [] {
    timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
  };
  const double before = cpu_ms();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_LT(cpu_ms() - before, 5);
}

}  // namespace
}  // namespace walle::session
