#include "kernels/support/rows.h"

#include <gtest/gtest.h>

#include <set>

#include "kernels/support/walk.h"

namespace walle::kernels {
namespace {

TEST(Collapse, MergesAxesThatComposeInAllSets) {
  const Extents dims = {2, 3, 1, 4};
  const Extents dense = dense_strides(dims);
  const Box<2> box = collapse<2>(dims, {dense, dense});
  EXPECT_EQ(box.dims, (Extents{24}));
  EXPECT_EQ(box.strides[0], (Extents{1}));
}

TEST(Collapse, KeepsAxesApartThatBroadcast) {
  const Extents dims = {2, 3, 4};
  const Extents channel = {0, 1, 0};
  const Box<2> box = collapse<2>(dims, {channel, dense_strides(dims)});
  EXPECT_EQ(box.dims, dims);
}

TEST(Collapse, SortsByTheResultsStrides) {
  const Extents dims = {2, 3};
  const Extents turned = {1, 2};
  const Box<2> box = collapse<2>(dims, {turned, turned});
  EXPECT_EQ(box.dims, (Extents{6}));
}

TEST(Collapse, ScalarIsARowOfOne) {
  const Box<2> box = collapse<2>({}, {});
  EXPECT_EQ(box.dims, (Extents{1}));
  EXPECT_EQ(box.strides[1], (Extents{1}));
}

TEST(ForRows, CoversEveryElementOnce) {
  const Extents dims = {5, 3, 20000};
  const Extents strides = {100000, 25000, 1};
  const RowPlan<1> plan = row_plan<1>(dims, {strides});
  ASSERT_GT(plan.tiles(), 3);
  std::set<int64_t> seen;
  int64_t total = 0;
  for_rows(plan, {0, plan.tiles()}, [&](const auto& at, int64_t length) {
    total += length;
    EXPECT_TRUE(seen.insert(at[0]).second);
  });
  EXPECT_EQ(total, 5 * 3 * 20000);
}

TEST(Walk, VisitsRowMajorWithAnyStrides) {
  const Extents dims = {2, 2};
  const Extents reversed = {-2, 1};
  std::vector<int64_t> offsets;
  walk<1>(dims, {reversed}, [&](const auto& at) { offsets.push_back(at[0]); });
  EXPECT_EQ(offsets, (std::vector<int64_t>{0, 1, -2, -1}));
}

TEST(Walk, VisitsNothingOfAnEmptyBox) {
  const Extents dims = {3, 0};
  int visits = 0;
  walk<1>(dims, {dense_strides(dims)}, [&](const auto&) { ++visits; });
  EXPECT_EQ(visits, 0);
}

}  // namespace
}  // namespace walle::kernels
