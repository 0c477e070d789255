#include "streamd/operators/pipeline.h"

#include <gtest/gtest.h>

namespace walle::operators {
namespace {

constexpr int64_t kSecond = 1'000'000;
using Rows = std::vector<Value>;

class PipelineTest : public ::testing::Test {
 public:
  PipelineTest& add(std::string_view name, std::vector<Argument> arguments) {
    const Status status = pipeline_.add(name, arguments);
    EXPECT_TRUE(status) << status.error().message;
    return *this;
  }
  void push(int64_t seconds, Value value, int port = 0) {
    const Status status = pipeline_.push(value, seconds * kSecond, port);
    EXPECT_TRUE(status) << status.error().message;
  }
  Rows finish() {
    EXPECT_TRUE(pipeline_.finish());
    return pipeline_.take();
  }
  static Value row(Value key, int64_t from, int64_t to, Value value) {
    return {{"key", std::move(key)}, {"from_us", from * kSecond}, {"to_us", to * kSecond}, {"value", std::move(value)}};
  }
  static Argument text(const char* text) { return Value(text); }
  Pipeline pipeline_;
};

TEST_F(PipelineTest, FiltersAndMapsByExpressions) {
  add("filter", {text("x > 1")}).add("map", {text("x * 10")});
  for (int i = 0; i < 4; ++i) push(i, {{"x", i}});
  EXPECT_EQ(finish(), (Rows{20, 30}));
}

TEST_F(PipelineTest, FiltersAndMapsByFunctions) {
  add("filter", {Function([](std::span<const Value> a) -> Result<Value> { return a[0]["x"] != 1; })});
  add("map", {Function([](std::span<const Value> a) -> Result<Value> { return a[0]["x"]; })});
  for (int i = 0; i < 3; ++i) push(i, {{"x", i}});
  EXPECT_EQ(finish(), (Rows{0, 2}));
}

TEST_F(PipelineTest, ReducesTumblingWindowsPerKey) {
  add("key_by", {text("page")}).add("window", {text("tumbling"), text("10s")}).add("reduce", {text("sum(x)")});
  push(1, {{"page", "a"}, {"x", 1}});
  push(2, {{"page", "b"}, {"x", 2}});
  push(9, {{"page", "a"}, {"x", 3}});
  EXPECT_TRUE(pipeline_.take().empty());
  push(10, {{"page", "a"}, {"x", 4}});
  EXPECT_EQ(pipeline_.take(), (Rows{row("a", 0, 10, 4), row("b", 0, 10, 2)}));
  EXPECT_EQ(finish(), (Rows{row("a", 10, 20, 4)}));
}

TEST_F(PipelineTest, ClosesWindowsByTimeWithoutInput) {
  add("window", {text("tumbling"), text("10s")}).add("reduce", {text("count")});
  push(3, 1);
  EXPECT_EQ(pipeline_.next_deadline_us(), 10 * kSecond);
  ASSERT_TRUE(pipeline_.advance(10 * kSecond));
  EXPECT_EQ(pipeline_.take(), (Rows{row(nullptr, 0, 10, 1)}));
  EXPECT_EQ(pipeline_.next_deadline_us(), INT64_MAX);
}

TEST_F(PipelineTest, GivesTheValuesOfAWindowThatNothingReduces) {
  add("window", {text("tumbling"), text("10s")}).add("filter", {text("_ > 1")}).add("map", {text("_ + 1")});
  for (int i = 0; i < 4; ++i) push(i, i);
  EXPECT_EQ(finish(), (Rows{row(nullptr, 0, 10, {3, 4})}));
}

TEST_F(PipelineTest, SlidesWindows) {
  add("window", {text("sliding"), text("10s"), text("5s")}).add("reduce", {text("count")});
  push(7, 1);
  push(12, 1);
  EXPECT_EQ(finish(), (Rows{row(nullptr, 0, 10, 1), row(nullptr, 5, 15, 2), row(nullptr, 10, 20, 1)}));
}

TEST_F(PipelineTest, EndsSessionsAfterAGap) {
  add("key_by", {text("k")}).add("window", {text("session"), text("5s")}).add("reduce", {text("count")});
  push(0, {{"k", 1}});
  push(4, {{"k", 1}});
  push(6, {{"k", 2}});
  push(8, {{"k", 1}});
  push(20, {{"k", 1}});
  EXPECT_EQ(pipeline_.take(), (Rows{row(2, 6, 11, 1), row(1, 0, 13, 3)}));
  EXPECT_EQ(finish(), (Rows{row(1, 20, 25, 1)}));
}

TEST_F(PipelineTest, CountsWhatComesTooLate) {
  add("window", {text("tumbling"), text("10s")}).add("reduce", {text("count")});
  push(15, 1);
  push(5, 1);
  push(12, 1);
  EXPECT_EQ(finish(), (Rows{row(nullptr, 10, 20, 2)}));
  EXPECT_EQ(pipeline_.stats()[0].late, 1U);
}

TEST_F(PipelineTest, WindowsWorkBefore1970) {
  add("window", {text("tumbling"), text("10s")}).add("reduce", {text("count")});
  push(-3, 1);
  EXPECT_EQ(finish(), (Rows{row(nullptr, -10, 0, 1)}));
}

TEST_F(PipelineTest, ReducesPerKeyWithoutAWindow) {
  add("key_by", {text("k")}).add("reduce", {text("max(x)")});
  push(0, {{"k", "a"}, {"x", 1}});
  push(1, {{"k", "b"}, {"x", 5}});
  push(2, {{"k", "a"}, {"x", 3}});
  EXPECT_EQ(finish(), (Rows{{{"key", "a"}, {"value", 3}}, {{"key", "b"}, {"value", 5}}}));
}

TEST_F(PipelineTest, ReducesByFunctionAndByTextOfAccAndValue) {
  add("reduce",
      {Function([](std::span<const Value> a) -> Result<Value> { return a[0].get<int>() * 10 + a[1].get<int>(); })});
  for (int i = 1; i < 4; ++i) push(i, i);
  EXPECT_EQ(finish(), (Rows{123}));
  Pipeline other;
  ASSERT_TRUE(other.add("reduce", std::vector<Argument>{text("acc * 10 + value")}));
  for (int i = 1; i < 4; ++i) ASSERT_TRUE(other.push(i, i));
  ASSERT_TRUE(other.finish());
  EXPECT_EQ(other.take(), (Rows{123}));
}

struct AggregateCase {
  const char* how;
  Value want;
};

class AggregateTest : public ::testing::TestWithParam<AggregateCase> {};

TEST_P(AggregateTest, LeavesNullsOut) {
  Pipeline pipeline;
  ASSERT_TRUE(pipeline.add("reduce", std::vector<Argument>{Value(GetParam().how)}));
  int64_t time_us = 0;
  for (const Value& value : Rows{{{"x", 4}}, {{"y", 0}}, {{"x", 1}}, {{"x", 4}}})
    ASSERT_TRUE(pipeline.push(value, ++time_us));
  ASSERT_TRUE(pipeline.finish());
  EXPECT_EQ(pipeline.take(), Rows{GetParam().want});
}

INSTANTIATE_TEST_SUITE_P(All, AggregateTest,
                         ::testing::Values(AggregateCase{"count(x)", 3}, AggregateCase{"count", 4},
                                           AggregateCase{"sum(x)", 9}, AggregateCase{"mean(x)", 3.0},
                                           AggregateCase{"min(x)", 1}, AggregateCase{"max(x)", 4},
                                           AggregateCase{"first(x)", 4}, AggregateCase{"last(x)", 4},
                                           AggregateCase{"sum(z)", nullptr}));

TEST_F(PipelineTest, SumsFloatsWithoutLosingSmallOnes) {
  add("reduce", {text("sum")});
  for (const double x : {1e100, 1.0, -1e100}) push(0, x);
  EXPECT_EQ(finish(), (Rows{1.0}));
}

TEST_F(PipelineTest, JoinsWithinATime) {
  add("join", {text("k"), text("5s")});
  push(0, {{"k", 1}, {"l", 0}});
  push(1, {{"k", 2}, {"l", 1}});
  push(4, {{"k", 1}, {"r", 0}}, 1);
  push(9, {{"k", 2}, {"r", 1}}, 1);
  push(12, {{"k", 2}, {"l", 2}});
  EXPECT_EQ(finish(), (Rows{{{"left", {{"k", 1}, {"l", 0}}}, {"right", {{"k", 1}, {"r", 0}}}},
                            {{"left", {{"k", 2}, {"l", 2}}}, {"right", {{"k", 2}, {"r", 1}}}}}));
}

TEST(PipelineBounds, CloseTheOldestWindowEarly) {
  Pipeline pipeline({.keys = 2});
  ASSERT_TRUE(pipeline.add("key_by", std::vector<Argument>{Value("_")}));
  ASSERT_TRUE(pipeline.add("window", std::vector<Argument>{Value("tumbling"), Value("10s")}));
  ASSERT_TRUE(pipeline.add("reduce", std::vector<Argument>{Value("count")}));
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(pipeline.push(i, 0));
  EXPECT_EQ(pipeline.take().size(), 98U);
  EXPECT_EQ(pipeline.stats()[1].overflow, 98U);
}

TEST(PipelineBounds, DropTheOldestOfAJoin) {
  Pipeline pipeline({.values = 100});
  ASSERT_TRUE(pipeline.add("join", std::vector<Argument>{Value("k"), Value("1h")}));
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(pipeline.push({{"k", i}}, i));
  EXPECT_GT(pipeline.stats()[0].overflow, 800U);
}

TEST(PipelineErrors, NameTheOperatorsAndTheUsage) {
  Pipeline pipeline;
  EXPECT_NE(pipeline.add("sort", {}).error().message.find("there are filter, join, key_by, map, reduce, window"),
            std::string::npos);
  EXPECT_NE(pipeline.add("window", std::vector<Argument>{Value("hopping"), Value("1s")})
                .error()
                .message.find("tumbling, sliding, session"),
            std::string::npos);
  EXPECT_FALSE(pipeline.add("window", std::vector<Argument>{Value("tumbling"), Value("0s")}));
  EXPECT_FALSE(pipeline.add("window", std::vector<Argument>{Value("sliding"), Value("1h"), Value("1ms")}));
  EXPECT_FALSE(pipeline.add("filter", std::vector<Argument>{Value(3)}));
  EXPECT_FALSE(pipeline.add("map", std::vector<Argument>{Value("1 +")}));
  EXPECT_EQ(pipeline.push(1, 0, 1).error().code, ErrorCode::invalid_argument);
}

TEST(PipelineErrors, CarryTheFunctionsError) {
  Pipeline pipeline;
  ASSERT_TRUE(pipeline.add("map", std::vector<Argument>{Function([](std::span<const Value>) -> Result<Value> {
                             return fail(ErrorCode::cancelled, "stopped");
                           })}));
  EXPECT_EQ(pipeline.push(1, 0).error().message, "stopped");
}

}  // namespace
}  // namespace walle::operators
