#include "libwalle/raster/region.h"

#include <limits>

#include <gtest/gtest.h>

namespace walle::raster {
namespace {

Region with(std::initializer_list<Axis> axes) {
  Region r;
  r.axes = axes;
  return r;
}

TEST(Region, CanonicalDropsSizeOneAndFuses) {
  EXPECT_EQ(canonical(with({{2, 12, 12}, {1, 5, 7}, {3, 4, 4}, {4, 1, 1}})), with({{24, 1, 1}}));
}

TEST(Region, CanonicalTurnsNegativeDestinationStridesRound) {
  Region r = with({{4, 1, -1}});
  r.dst_offset = 3;
  Region expected = with({{4, -1, 1}});
  expected.src_offset = 3;
  EXPECT_EQ(canonical(r), expected);
}

TEST(Region, IdentityOnlyIfEveryElementStays) {
  EXPECT_EQ(identity(std::vector{with({{24, 1, 1}})}, 24), 0);
  EXPECT_EQ(identity(std::vector{with({{24, 1, 1}})}, 25), std::nullopt);
  EXPECT_EQ(identity(std::vector{with({{4, 1, 6}, {6, 4, 1}})}, 24), std::nullopt);
}

TEST(Region, VerifyFindsAddressesOutside) {
  const int64_t counts[] = {10};
  Region r = with({{5, -2, 1}});
  r.src_offset = 8;
  EXPECT_TRUE(verify(std::vector{r}, counts, 5));
  r.src_offset = 7;
  EXPECT_FALSE(verify(std::vector{r}, counts, 5));
  r.src_offset = 8;
  EXPECT_FALSE(verify(std::vector{r}, counts, 4));
}

TEST(Region, VerifyRefusesOverflow) {
  const int64_t counts[] = {10};
  const int64_t huge = std::numeric_limits<int64_t>::max();
  EXPECT_FALSE(verify(std::vector{with({{huge, huge, 1}})}, counts, 10));
  EXPECT_FALSE(verify(std::vector{with({{3, huge, 1}})}, counts, 10));
}

TEST(Region, VerifyRefusesAnOperandThatDoesNotExist) {
  Region r = with({{1, 1, 1}});
  r.source = 3;
  const int64_t counts[] = {10};
  EXPECT_FALSE(verify(std::vector{r}, counts, 10));
}

TEST(Region, TransposeIsAView) {
  const int64_t dims[] = {4, 3};
  const auto view = as_view(std::vector{with({{4, 1, 3}, {3, 4, 1}})}, dims);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->strides, (Extents{1, 4}));
}

TEST(Region, ViewSplitsFusedAxes) {
  const int64_t dims[] = {2, 1, 3, 4};
  const auto view = as_view(std::vector{with({{24, 2, 1}})}, dims);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->strides, (Extents{24, 0, 8, 2}));
}

TEST(Region, PaddedResultIsNoView) {
  const int64_t dims[] = {5};
  EXPECT_FALSE(as_view(std::vector{with({{4, 1, 1}})}, dims));
}

TEST(Region, CanonicaliseJoinsNeighbours) {
  Region a = with({{3, 1, 1}});
  Region b = a;
  b.src_offset = b.dst_offset = 3;
  std::vector<Region> regions = {b, a};
  canonicalise(regions);
  EXPECT_EQ(regions, std::vector{with({{6, 1, 1}})});
}

}  // namespace
}  // namespace walle::raster
