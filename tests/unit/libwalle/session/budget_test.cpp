// Who pays for a model: weights, packed weights, arenas.
#include <gtest/gtest.h>

#include "libwalle/session/charge.h"
#include "tests/support/engine/maker.h"

namespace walle::session {
namespace {

using testing::floats;
using testing::Maker;

class Purse final : public engine::MemoryBudget {
 public:
  explicit Purse(int64_t limit) : limit_(limit) {}
  bool charge(int64_t bytes) noexcept override {
    if (bytes > limit_ - held) return false;
    held += bytes;
    return true;
  }
  void release(int64_t bytes) noexcept override { held -= bytes; }
  int64_t held = 0;

 private:
  int64_t limit_;
};

/// x [n, 64] by a weight of 16 KiB, then a softmax.
graph::Graph product() {
  Maker m;
  m.graph.symbols = {"n"};
  const auto x = m.input("x", DType::f32, {graph::Dim::symbol(0), 64});
  const auto y = m.op("y", "MatMul", {x, m.constant("w", {64, 64}, std::vector<float>(64 * 64, 0.5F))});
  m.graph.outputs = {m.op("act", "Softmax", {m.op("relu", "Sin", {y})})};
  return std::move(m.graph);
}

std::vector<engine::NamedTensor> rows(int64_t n) {
  return {{"x", floats({n, 64}, std::vector<float>(static_cast<size_t>(n) * 64, 1))}};
}

TEST(Budget, PaysForWeightsPackedWeightsAndTheLargestArenaAndGetsAllBack) {
  const auto purse = std::make_shared<Purse>(int64_t{1} << 30);
  {
    auto model = model_from_graph(product(), purse);
    ASSERT_TRUE(model) << model.error().message;
    EXPECT_EQ(purse->held, 64 * 64 * 4);
    auto session = engine::Session::create(*model);
    ASSERT_TRUE((*session)->run(rows(4)));
    const int64_t small = purse->held;
    EXPECT_GT(small, 64 * 64 * 4);
    ASSERT_TRUE((*session)->run(rows(4096)));
    const int64_t large = purse->held;
    EXPECT_GE(large, small + 4000 * 64 * 4) << "an arena for 4096 rows";
    ASSERT_TRUE((*session)->run(rows(4)));
    EXPECT_EQ(purse->held, large) << "the arena is kept";
  }
  EXPECT_EQ(purse->held, 0);
}

TEST(Budget, ARefusedArenaEndsTheRunAndALaterSmallOneGoesOn) {
  const auto purse = std::make_shared<Purse>(256 << 10);
  const auto model = model_from_graph(product(), purse);
  const auto session = engine::Session::create(*model);
  ASSERT_TRUE((*session)->run(rows(4)));
  const auto refused = (*session)->run(rows(4096));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::resource_exhausted);
  EXPECT_NE(refused.error().message.find("an arena of"), std::string::npos) << refused.error().message;
  EXPECT_LE(purse->held, 256 << 10);
  EXPECT_TRUE((*session)->run(rows(4)));
}

TEST(Budget, AModelThatDoesNotFitIsRefused) {
  const auto purse = std::make_shared<Purse>(1000);
  const auto model = model_from_graph(product(), purse);
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, ErrorCode::resource_exhausted);
  EXPECT_EQ(purse->held, 0);
}

}  // namespace
}  // namespace walle::session
