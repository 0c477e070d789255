#include <gtest/gtest.h>

#include <thread>

#include "libwalle/base/value.h"
#include "tests/support/engine/maker.h"

namespace walle::session {
namespace {

using engine::AnyValue;
using engine::NamedTensor;
using engine::NamedValue;
using engine::Session;
using engine::Tensor;
using graph::Graph;
using graph::ValueId;
using graph::ValueKind;
using testing::floats;
using testing::list;
using testing::Maker;

struct LoopBody {
  Maker m;
  ValueId turn, go;
  LoopBody() : turn(m.input("turn", DType::i64, {})), go(m.input("go", DType::boolean, {})) {}
};

void loop(Maker& m, Graph body, std::vector<ValueId> operands, int64_t carried, std::vector<ValueId> results) {
  graph::Node node;
  node.name = "loop";
  node.op = operators().find("", "Loop");
  node.operands = std::move(operands);
  node.results = std::move(results);
  node.attributes["carried"] = carried;
  node.attributes["captures"] = static_cast<int64_t>(node.operands.size()) - 2 - carried;
  node.blocks.push_back(std::make_unique<Graph>(std::move(body)));
  m.graph.nodes.push_back(std::move(node));
}

/// x grows by itself: [x] → [x, x] → …, and each turn's sum is kept.
Graph doubling(bool with_condition) {
  LoopBody body;
  const ValueId x = body.m.input("v", DType::f32, {graph::Dim::symbol(0)});
  body.m.graph.symbols = {"n"};
  const ValueId twice = body.m.op("twice", "Concat", {x, x}, {{"axis", int64_t{0}}});
  const ValueId sum = body.m.op("sum", "ReduceSum", {twice}, {{"keepdims", int64_t{0}}});
  const ValueId more = body.m.op("more", "Less", {sum, body.m.constant("limit", {}, {50})});
  body.m.graph.outputs = {with_condition ? more : body.go, twice, sum};
  Maker m;
  const ValueId start = m.input("x", DType::f32, {graph::Dim::symbol(0)});
  m.graph.symbols = {"n"};
  const ValueId trips = m.input("trips", DType::i64, {});
  const ValueId grown = m.graph.add_value({.name = "grown"});
  const ValueId sums = m.graph.add_value({.name = "sums"});
  loop(m, std::move(body.m.graph), {with_condition ? graph::kNoValue : trips, graph::kNoValue, start}, 1,
       {grown, sums});
  m.graph.outputs = {grown, sums};
  return std::move(m.graph);
}

std::unique_ptr<Session> session_of(Graph graph, engine::SessionOptions options = {}) {
  auto model = model_from_graph(std::move(graph));
  EXPECT_TRUE(model) << model.error().message;
  auto session = Session::create(*model, options);
  EXPECT_TRUE(session) << session.error().message;
  return *std::move(session);
}

TEST(StagedControl, CarriesALoopWhoseValuesGrow) {
  const auto session = session_of(doubling(false));
  for (const int64_t trips : {int64_t{3}, int64_t{1}, int64_t{3}}) {
    const auto out =
        session->run(std::vector<NamedTensor>{{"x", floats({2}, {1, 2})}, {"trips", Tensor::scalar(trips)}});
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ((*out)[0].count(), 2 << trips);
    const auto wanted = trips == 3 ? std::vector<float>{6, 12, 24} : std::vector<float>{6};
    EXPECT_EQ(list((*out)[1]), wanted);
  }
}

TEST(StagedControl, ALoopWithoutTurnsGivesItsFirstValuesAndNoRows) {
  const auto session = session_of(doubling(false));
  const auto out =
      session->run(std::vector<NamedTensor>{{"x", floats({2}, {1, 2})}, {"trips", Tensor::scalar(int64_t{0})}});
  ASSERT_TRUE(out) << out.error().message;
  EXPECT_EQ(list((*out)[0]), (std::vector<float>{1, 2}));
  EXPECT_EQ((*out)[1].dims(), (std::vector<int64_t>{0}));
}

TEST(StagedControl, ALoopWithAConditionAloneEndsWhenItSaysSo) {
  const auto session = session_of(doubling(true));
  const auto out =
      session->run(std::vector<NamedTensor>{{"x", floats({2}, {1, 2})}, {"trips", Tensor::scalar(int64_t{0})}});
  ASSERT_TRUE(out) << out.error().message;
  EXPECT_EQ(list((*out)[1]), (std::vector<float>{6, 12, 24, 48, 96}));
}

TEST(StagedControl, RefusesValuesThatGrowBeyondAllMeasure) {
  const auto session = session_of(doubling(false), {.max_value_bytes = 1 << 20});
  const auto out =
      session->run(std::vector<NamedTensor>{{"x", floats({1}, {0})}, {"trips", Tensor::scalar(int64_t{60})}});
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().code, ErrorCode::resource_exhausted) << out.error().message;
}

TEST(StagedControl, AnEndlessLoopEndsWhenItIsCancelled) {
  LoopBody body;
  const ValueId s = body.m.graph.add_value({.name = "s", .kind = ValueKind::sequence, .dtype = DType::f32});
  body.m.graph.inputs.push_back(s);
  body.m.graph.outputs = {body.go, s};
  Maker m;
  const ValueId x = m.input("x", DType::f32, {1});
  const ValueId start = m.op("start", "SequenceConstruct", {x});
  const ValueId end = m.graph.add_value({.name = "end"});
  loop(m, std::move(body.m.graph), {graph::kNoValue, graph::kNoValue, start}, 1, {end});
  m.graph.outputs = {m.op("first", "SequenceAt", {end, m.graph.add_constant("zero", Tensor::scalar(int64_t{0}))})};
  const auto session = session_of(std::move(m.graph));
  std::atomic<bool> cancel{false};
  std::thread stop([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    cancel = true;
  });
  const auto out = session->run(std::vector<NamedTensor>{{"x", floats({1}, {0})}}, {.cancel = &cancel});
  stop.join();
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().code, ErrorCode::cancelled) << out.error().message;
}

TEST(StagedControl, SequencesAndOptionalsCrossTheBorder) {
  Maker m;
  const ValueId s = m.graph.add_value({.name = "s", .kind = ValueKind::sequence, .dtype = DType::f32});
  const ValueId o = m.graph.add_value({.name = "o", .kind = ValueKind::optional, .dtype = DType::f32});
  m.graph.inputs = {s, o};
  m.graph.outputs = {m.op("shorter", "SequenceErase", {s}), m.op("has", "OptionalHasElement", {o}),
                     m.op("same", "Identity", {o})};
  const auto session = session_of(std::move(m.graph));
  EXPECT_EQ(session->model().inputs()[0].kind, ValueKind::sequence);
  const AnyValue two = *AnyValue::sequence(DType::f32, {floats({1}, {7}), floats({2}, {8, 9})});
  const auto without = session->run_values(std::vector<NamedValue>{{"s", two}});
  ASSERT_TRUE(without) << without.error().message;
  ASSERT_TRUE((*without)[0].is_sequence());
  ASSERT_EQ((*without)[0].elements().size(), 1U);
  EXPECT_EQ(list((*without)[0].elements()[0]), (std::vector<float>{7}));
  EXPECT_FALSE((*without)[1].tensor().values<bool>()[0]);
  EXPECT_TRUE((*without)[2].absent());
  const auto with = session->run_values(std::vector<NamedValue>{{"s", two}, {"o", floats({1}, {3})}});
  ASSERT_TRUE(with) << with.error().message;
  EXPECT_TRUE((*with)[1].tensor().values<bool>()[0]);
  EXPECT_EQ(list((*with)[2].tensor()), (std::vector<float>{3}));
  const auto missing = session->run_values({});
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("'s' is missing; expected sequence of f32"), std::string::npos)
      << missing.error().message;
  const auto wrong = session->run_values(std::vector<NamedValue>{{"s", floats({1}, {3})}});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::invalid_argument);
}

TEST(StagedControl, SequencesAreExplainedAndPlannedForToo) {
  Maker m;
  const ValueId s = m.graph.add_value({.name = "s", .kind = ValueKind::sequence, .dtype = DType::f32});
  m.graph.inputs = {s};
  const ValueId last = m.op("last", "SequenceAt", {s, m.graph.add_constant("end", Tensor::scalar(int64_t{-1}))});
  m.graph.outputs = {m.op("y", "Neg", {last})};
  const auto session = session_of(std::move(m.graph));
  const AnyValue two = *AnyValue::sequence(DType::f32, {floats({1}, {7}), floats({2}, {8, 9})});
  const std::vector<NamedValue> inputs = {{"s", two}};
  EXPECT_TRUE(session->prepare_values(inputs));
  const auto explained = session->explain_values(inputs, true);
  ASSERT_TRUE(explained) << explained.error().message;
  const Value& stages = explained->at("stages");
  ASSERT_GE(stages.size(), 1U);
  EXPECT_EQ(stages[stages.size() - 1].at("left").get<int>(), 0);
  const auto wrong = session->explain_values(std::vector<NamedValue>{{"s", floats({1}, {3})}}, false);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::invalid_argument);
}

TEST(StagedControl, NamesNodeAndPositionOutsideASequence) {
  Maker m;
  const ValueId x = m.input("x", DType::f32, {1});
  const ValueId s = m.op("pair", "SequenceConstruct", {x, x});
  m.graph.outputs = {m.op("third", "SequenceAt", {s, m.graph.add_constant("two", Tensor::scalar(int64_t{2}))})};
  const auto session = session_of(std::move(m.graph));
  const auto out = session->run(std::vector<NamedTensor>{{"x", floats({1}, {0})}});
  ASSERT_FALSE(out);
  EXPECT_NE(out.error().message.find("'third' (SequenceAt): position 2"), std::string::npos) << out.error().message;
}

}  // namespace
}  // namespace walle::session
