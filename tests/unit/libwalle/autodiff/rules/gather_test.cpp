#include "tests/support/engine/gradient_check.h"

namespace walle::autodiff {
namespace {

using graph::ValueId;
using testing::Dims;

using Gather = testing::GradientTest;

TEST_F(Gather, RowsOfATable) { check(op("Gather", {input({5, 3}), indices({2, 2}, {4, 0, -1, 4})})); }

TEST_F(Gather, AlongAMiddleAxis) {
  check(op("Gather", {input({2, 4, 3}), indices({3}, {3, 1, 3})}, {{"axis", int64_t{1}}}));
}

TEST_F(Gather, OneOfAnAxis) { check(op("Gather", {input({2, 4}), indices({}, {-2})}, {{"axis", int64_t{1}}})); }

TEST_F(Gather, Elements) {
  check(op("GatherElements", {input({3, 4}), indices({2, 3}, {0, 2, -1, 1, 1, 1})}, {{"axis", int64_t{0}}}));
}

TEST_F(Gather, NdTuples) { check(op("GatherND", {input({2, 3, 2}), indices({3, 2}, {0, 1, 1, 2, 0, 1})})); }

TEST_F(Gather, NdWithBatches) {
  check(op("GatherND", {input({2, 3, 2}), indices({2, 2, 1}, {0, 2, 1, 1})}, {{"batch_dims", int64_t{1}}}));
}

TEST_F(Gather, ScatterElementsReplaces) {
  const ValueId x = input({3, 3});
  check(op("ScatterElements", {x, indices({2, 3}, {1, 0, 2, 0, 2, 1}), input({2, 3})}, {{"axis", int64_t{0}}}));
}

TEST_F(Gather, ScatterElementsAdds) {
  const ValueId x = input({3, 3});
  check(op("ScatterElements", {x, indices({1, 2}, {1, 1}), input({1, 2})},
           {{"axis", int64_t{1}}, {"reduction", std::string("add")}}));
}

TEST_F(Gather, ScatterNdAddsSlices) {
  const ValueId x = input({4, 2});
  check(op("ScatterND", {x, indices({3, 1}, {1, 3, 1}), input({3, 2})}, {{"reduction", std::string("add")}}));
}

TEST_F(Gather, ScatterThatMultipliesIsRefusedWithItsNode) {
  const ValueId x = input({4, 2});
  const auto made =
      gradients(op("ScatterND", {x, indices({1, 1}, {1}), input({1, 2})}, {{"reduction", std::string("mul")}}));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::unsupported);
  EXPECT_NE(made.error().message.find("node 'test/ScatterND"), std::string::npos) << made.error().message;
}

}  // namespace
}  // namespace walle::autodiff
