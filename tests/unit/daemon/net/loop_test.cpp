#include "daemon/net/loop.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

namespace walle::net {
namespace {

TEST(NetLoop, PostsFromOtherThreadsComeInOrder) {
  Loop loop;
  std::vector<int> seen;
  std::thread other([&] {
    for (int i = 0; i < 100; ++i) loop.post([&seen, i] { seen.push_back(i); });
    loop.stop();
  });
  loop.run();
  other.join();
  ASSERT_EQ(seen.size(), 100U);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
}

TEST(NetLoop, WorkRunsElsewhereAndComesBack) {
  Loop loop;
  std::thread::id worker, back;
  loop.work([&] { worker = std::this_thread::get_id(); },
            [&] {
              back = std::this_thread::get_id();
              loop.stop();
            });
  loop.run();
  EXPECT_NE(worker, std::this_thread::get_id());
  EXPECT_EQ(back, std::this_thread::get_id());
}

TEST(NetLoop, ATimerThatIsSetAgainCallsOnce) {
  Loop loop;
  Loop::Timer timer(loop);
  int calls = 0;
  timer.set(0, [&] { calls += 10; });
  timer.set(1000, [&] {
    ++calls;
    loop.stop();
  });
  loop.run();
  EXPECT_EQ(calls, 1);
}

TEST(NetLoop, AWatchSeesBytesAndHangUps) {
  Loop loop;
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  int calls = 0;
  {
    const Loop::Watch watch(loop, pipe[0], [&] {
      char byte = 0;
      const auto got = ::read(pipe[0], &byte, 1);
      ++calls;
      if (got == 1) ::close(pipe[1]);
      if (got == 0) loop.stop();
    });
    ASSERT_EQ(::write(pipe[1], "x", 1), 1);
    loop.run();
  }
  ::close(pipe[0]);
  EXPECT_GE(calls, 2);
}

TEST(NetLoop, WorkThatIsUnderWayAtTheEndIsWaitedFor) {
  bool worked = false;
  bool then = false;
  {
    Loop loop;
    loop.work([&] { worked = true; }, [&] { then = true; });
  }
  EXPECT_TRUE(worked);
  EXPECT_FALSE(then);
}

}  // namespace
}  // namespace walle::net
