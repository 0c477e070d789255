#include "daemon/bus/quota.h"

#include <gtest/gtest.h>

namespace walle::daemon::bus {
namespace {

constexpr Quota::Limits kLimits{
    .events_per_second = 10, .events_burst = 20, .bytes_per_second = 1000, .bytes_burst = 2000};

TEST(Quota, RefusesOverTheBurstAndFillsUpWithTime) {
  ManualClock clock;
  Quota quota(clock, kLimits);
  EXPECT_TRUE(quota.take(1, 20, 0));
  EXPECT_EQ(quota.take(1, 1, 0).error().code, ErrorCode::resource_exhausted);
  clock.advance_us(500'000);
  EXPECT_TRUE(quota.take(1, 5, 0));
  EXPECT_FALSE(quota.take(1, 1, 0));
}

TEST(Quota, CountsBytesToo) {
  ManualClock clock;
  Quota quota(clock, kLimits);
  EXPECT_FALSE(quota.take(1, 1, 2001));
  EXPECT_TRUE(quota.take(1, 20, 2000));
}

TEST(Quota, OneUserDoesNotUseUpAnothers) {
  ManualClock clock;
  Quota quota(clock, kLimits);
  EXPECT_TRUE(quota.take(1, 20, 2000));
  EXPECT_TRUE(quota.take(2, 20, 2000));
}

}  // namespace
}  // namespace walle::daemon::bus
