#include "daemon/tasks/restarts.h"

#include <vector>

#include <gtest/gtest.h>

namespace walle::daemon {
namespace {

constexpr int64_t kSecond = 1'000'000;

TEST(Restarts, AFirstEndIsForgivenAndFurtherOnesWaitLonger) {
  Restarts restarts;
  std::vector<int64_t> pauses;
  for (int i = 0; i < 11; ++i) {
    restarts.ready(i * kSecond);
    pauses.push_back(restarts.ended(i * kSecond + 1) / 1000);
  }
  EXPECT_EQ(pauses, (std::vector<int64_t>{0, 100, 200, 400, 800, 1600, 3200, 6400, 10'000, 10'000, 10'000}));
}

TEST(Restarts, AHostThatLivedLongStartsAnew) {
  Restarts restarts;
  for (int i = 0; i < 6; ++i) {
    restarts.ready(i);
    (void)restarts.ended(i + 1);
  }
  restarts.ready(0);
  EXPECT_EQ(restarts.ended(Restarts::kProvenUs), 0) << "its end may be chance";
  restarts.ready(0);
  EXPECT_EQ(restarts.ended(1), Restarts::kFirstPauseUs);
}

TEST(Restarts, OneThatNeverGetsReadyIsHopelessInTheEnd) {
  Restarts restarts;
  for (int64_t i = 1; i <= Restarts::kStartAttempts; ++i) {
    EXPECT_FALSE(restarts.hopeless()) << i;
    (void)restarts.ended(i);
  }
  EXPECT_TRUE(restarts.hopeless());
  restarts.ready(100);
  (void)restarts.ended(101);
  EXPECT_FALSE(restarts.hopeless()) << "it can start";
}

TEST(Restarts, ALoopOfCrashesNeverCountsAsProvenByItsPauses) {
  Restarts restarts;
  int64_t now = 0;
  int64_t starts = 0;
  // A minute of a host that dies a millisecond after it is ready.
  while (now < 60 * kSecond) {
    restarts.ready(now);
    now += 1000;
    now += restarts.ended(now);
    ++starts;
  }
  EXPECT_LE(starts, 14) << "the machine is not kept busy by starts";
}

}  // namespace
}  // namespace walle::daemon
