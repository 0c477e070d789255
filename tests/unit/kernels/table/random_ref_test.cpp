#include "tests/unit/kernels/table/reference.h"

namespace walle::testing_support {
namespace {

Values draw(uint64_t seed, bool each_run = false, int64_t count = 2) {
  return solve(problem(RandomAttributes{seed, each_run}, {}, {dense({count})}), {})[0];
}

// Philox4x32-10 of counter 0 and key 0 is 6627e8d5 e169c58d bc57ac4c 9b00dbd8 (Random123's known answers).
TEST(RandomRef, IsPhilox) { EXPECT_EQ(draw(0), (Values{0x6627e8 * 0x1p-24, 0xbc57ac * 0x1p-24})); }

TEST(RandomRef, ASeedGivesTheSameNumbersEachTimeAndAnotherSeedOthers) {
  EXPECT_EQ(draw(7), draw(7));
  EXPECT_NE(draw(7), draw(8));
}

TEST(RandomRef, WithoutASeedEachRunDrawsAnew) { EXPECT_NE(draw(7, true), draw(7, true)); }

TEST(RandomRef, NumbersFillTheIntervalEvenly) {
  const Values values = draw(3, false, 4096);
  int low = 0;
  for (const double value : values) {
    ASSERT_GE(value, 0);
    ASSERT_LT(value, 1);
    low += value < 0.25 ? 1 : 0;
  }
  EXPECT_NEAR(low, 1024, 140);  // five standard deviations
}

}  // namespace
}  // namespace walle::testing_support
