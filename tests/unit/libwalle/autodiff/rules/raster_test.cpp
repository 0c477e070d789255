#include "tests/support/engine/gradient_check.h"

namespace walle::autodiff {
namespace {

using graph::ValueId;
using testing::Dims;

using Raster = testing::GradientTest;

Region region(int source, int64_t src_offset, int64_t dst_offset, std::initializer_list<Axis> axes,
              Combine combine = Combine::copy) {
  Region made{.source = source, .src_offset = src_offset, .dst_offset = dst_offset, .combine = combine};
  for (const Axis& axis : axes) made.axes.push_back(axis);
  return made;
}

TEST_F(Raster, ReversalReadsBackwards) {
  check(raster({input({2, 5})}, {2, 5}, {region(0, 4, 0, {{2, 5, 5}, {5, -1, 1}})}));
}

TEST_F(Raster, BroadcastAddsUp) { check(raster({input({3})}, {4, 3}, {region(0, 0, 0, {{4, 0, 3}, {3, 1, 1}})})); }

TEST_F(Raster, OverlappingWindowsAddUp) {
  check(raster({input({7})}, {5, 3}, {region(0, 0, 0, {{5, 1, 3}, {3, 1, 1}})}));
}

TEST_F(Raster, FilledPartsHaveNoGradient) {
  Region fill{.source = Region::kFill, .fill = 3, .dst_offset = 0};
  fill.axes.push_back({2, 0, 1});
  check(raster({input({4})}, {6}, {fill, region(0, 0, 2, {{4, 1, 1}})}));
}

TEST_F(Raster, SeveralRegionsOfSeveralOperands) {
  const ValueId a = input({2, 3});
  const ValueId b = input({4});
  check(raster({a, b}, {12},
               {region(0, 1, 0, {{2, 3, 1}}), region(0, 0, 2, {{6, 1, 1}}), region(1, 3, 8, {{4, -1, 1}})}));
}

TEST_F(Raster, RegionsThatAdd) {
  const ValueId x = input({6});
  check(raster({x}, {3}, {region(0, 0, 0, {{3, 1, 1}}, Combine::add), region(0, 5, 0, {{3, -1, 1}}, Combine::add)}));
}

TEST_F(Raster, IndexedRegionsScatterBack) {
  const ValueId x = input({4, 3});
  const ValueId index = indices({5}, {2, -1, 0, 2, 9});  // one from the end, one twice, one outside
  Region gather = region(0, 0, 0, {{5, 3, 3}, {3, 1, 1}});
  gather.indexed = IndexedAxis{.operand = 1, .axis = 0, .index_offset = 0, .index_stride = 1, .bound = 4};
  check(raster({x, index}, {5, 3}, {gather}));
}

TEST_F(Raster, LargestIsRefused) {
  const auto made = gradients(raster({input({3})}, {3}, {region(0, 0, 0, {{3, 1, 1}}, Combine::max)}));
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("takes the largest"), std::string::npos) << made.error().message;
}

TEST_F(Raster, OverwritingRegionsAreRefused) {
  const auto made = gradients(raster({input({3})}, {3}, {region(0, 0, 0, {{3, 1, 1}}), region(0, 0, 0, {{3, -0, 1}})}));
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("overwrite"), std::string::npos) << made.error().message;
}

TEST_F(Raster, ChainOfTransforms) {
  const ValueId x = input({2, 3, 4});
  const ValueId moved = op("Transpose", {x}, {{"perm", Dims{2, 0, 1}}});
  const ValueId cut = op("Slice", {moved, ints({3, 0}), ints({-5, 2}), ints({0, 1}), ints({-2, 1})});
  const ValueId flat = op("Reshape", {cut, ints({2, 6})});
  const ValueId padded = op("Pad", {flat, ints({1, 0, 0, 2})}, {{"mode", std::string("reflect")}});
  check(
      op("Concat",
         {padded, op("Expand", {op("Unsqueeze", {op("Squeeze", {op("ReduceSum", {x, ints({0, 1, 2})})}), ints({0, 1})}),
                                ints({3, 2})})},
         {{"axis", int64_t{1}}}));
}

TEST_F(Raster, SplitTileAndDepthToSpace) {
  const auto parts = many("Split", {input({1, 8, 2, 2}), ints({4, 4})}, {{"axis", int64_t{1}}}, 2);
  const ValueId wide = op("DepthToSpace", {parts[0]}, {{"blocksize", int64_t{2}}});
  const ValueId tiled = op("Tile", {parts[1], ints({1, 1, 2, 2})});
  check(op("Mul", {wide, tiled}));
}

TEST_F(Raster, TriangleAndSpaceToDepth) {
  const ValueId x = input({1, 1, 4, 4});
  check(op("SpaceToDepth", {op("Trilu", {x}, {{"upper", int64_t{0}}})}, {{"blocksize", int64_t{2}}}));
}

TEST_F(Raster, EdgeAndWrapPadding) {
  const ValueId x = input({2, 3});
  const ValueId edge = op("Pad", {x, ints({1, 2, 0, 1})}, {{"mode", std::string("edge")}});
  const ValueId wrap = op("Pad", {x, ints({1, 2, 0, 1})}, {{"mode", std::string("wrap")}});
  check(op("Mul", {edge, wrap}));
}

}  // namespace
}  // namespace walle::autodiff
