#include "libwalle/session/staged_runner.h"

#include <gtest/gtest.h>

#include "libwalle/base/value.h"
#include "tests/support/engine/maker.h"

namespace walle::session {
namespace {

using engine::NamedTensor;
using engine::Session;
using engine::Tensor;
using graph::Graph;
using graph::ValueId;
using testing::floats;
using testing::list;
using testing::Maker;
using testing::run_graph;

std::vector<int64_t> numbers(const Tensor& tensor) {
  const auto values = tensor.values<int64_t>();
  return {values.begin(), values.end()};
}

/// y = x[x > 0] + 1, by NonZero and GatherND.
Graph positives() {
  Maker m;
  const ValueId x = m.input("x", DType::f32, {graph::Dim::symbol(0), 3});
  m.graph.symbols = {"n"};
  const ValueId mask = m.op("mask", "Greater", {x, m.constant("zero", {}, {0})});
  const ValueId found = m.op("found", "NonZero", {mask});
  const ValueId index = m.op("index", "Transpose", {found}, {{"perm", std::vector<int64_t>{1, 0}}});
  const ValueId picked = m.op("picked", "GatherND", {x, index});
  m.graph.outputs = {m.op("y", "Add", {picked, m.constant("one", {}, {1})}), found};
  return std::move(m.graph);
}

TEST(StagedRunner, RunsWhatComesAfterNonZeroForEachCount) {
  const auto model = model_from_graph(positives());
  ASSERT_TRUE(model) << model.error().message;
  const auto session = Session::create(*model);
  ASSERT_TRUE(session) << session.error().message;
  const auto two = (*session)->run(std::vector<NamedTensor>{{"x", floats({1, 3}, {5, -2, 3})}});
  ASSERT_TRUE(two) << two.error().message;
  EXPECT_EQ(list((*two)[0]), (std::vector<float>{6, 4}));
  EXPECT_EQ(numbers((*two)[1]), (std::vector<int64_t>{0, 0, 0, 2}));
  const auto one = (*session)->run(std::vector<NamedTensor>{{"x", floats({2, 3}, {-5, -2, -3, 0, 7, 0})}});
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_EQ(list((*one)[0]), (std::vector<float>{8}));
  EXPECT_EQ(numbers((*one)[1]), (std::vector<int64_t>{1, 1}));
}

TEST(StagedRunner, GivesEmptyTensorsWhereNothingIsFound) {
  const auto none = run_graph(positives(), {{"x", floats({1, 3}, {-5, -2, -3})}});
  ASSERT_TRUE(none) << none.error().message;
  EXPECT_EQ((*none)[0].dims(), (std::vector<int64_t>{0}));
  EXPECT_EQ((*none)[1].dims(), (std::vector<int64_t>{2, 0}));
  const auto empty = run_graph(positives(), {{"x", floats({0, 3}, {})}});
  ASSERT_TRUE(empty) << empty.error().message;
  EXPECT_EQ((*empty)[1].dims(), (std::vector<int64_t>{2, 0}));
}

TEST(StagedRunner, SaysWhatItsStagesAre) {
  const auto model = model_from_graph(positives());
  const auto session = Session::create(*model);
  const auto explained = (*session)->explain(std::vector<NamedTensor>{{"x", floats({1, 3}, {5, -2, 3})}}, true);
  ASSERT_TRUE(explained) << explained.error().message;
  const Value& stages = explained->at("stages");
  ASSERT_EQ(stages.size(), 2U) << stages.dump(1);
  EXPECT_GT(stages[0].at("left").get<int>(), 0);
  EXPECT_EQ(stages[1].at("left").get<int>(), 0);
  EXPECT_FALSE(stages[1].at("steps").empty());
}

TEST(StagedRunner, StopsAtDeadlineAndCancel) {
  const auto model = model_from_graph(positives());
  const auto session = Session::create(*model);
  const std::vector<NamedTensor> inputs = {{"x", floats({1, 3}, {1, 2, 3})}};
  const auto late = (*session)->run(inputs, {.deadline_us = 1});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::deadline_exceeded);
  const std::atomic<bool> cancel{true};
  const auto cancelled = (*session)->run(inputs, {.cancel = &cancel});
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().code, ErrorCode::cancelled);
  EXPECT_TRUE((*session)->run(inputs));
}

TEST(StagedRunner, TakesShapesFromInputsByValue) {
  Maker m;
  const ValueId x = m.input("x", DType::f32, {4});
  const ValueId shape = m.input("shape", DType::i64, {2});
  m.graph.outputs = {m.op("y", "Reshape", {x, shape})};
  const auto model = model_from_graph(std::move(m.graph));
  const auto session = Session::create(*model);
  ASSERT_TRUE(session) << session.error().message;
  for (const auto& dims : {std::vector<int64_t>{2, 2}, std::vector<int64_t>{1, 4}}) {
    const std::vector<int64_t> two = {2};
    const auto y = (*session)->run(
        std::vector<NamedTensor>{{"x", floats({4}, {1, 2, 3, 4})}, {"shape", *Tensor::of<int64_t>(two, dims)}});
    ASSERT_TRUE(y) << y.error().message;
    EXPECT_EQ((*y)[0].dims(), dims);
  }
}

}  // namespace
}  // namespace walle::session
