#include <walle/engine/session.h>

#include <thread>

#include <gtest/gtest.h>

#include "libwalle/base/value.h"
#include "libwalle/model/format.h"
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

Graph add_relu() {
  Maker m;
  const ValueId x = m.input("x", DType::f32, {graph::Dim::symbol(0), 3});
  m.graph.symbols = {"n"};
  const ValueId sum = m.op("sum", "Add", {x, m.constant("b", {3}, {-1, 0, 1})});
  m.graph.outputs = {m.op("act", "Relu", {sum})};
  return std::move(m.graph);
}

TEST(Session, RunsWithNewShapes) {
  const auto model = model_from_graph(add_relu());
  ASSERT_TRUE(model) << model.error().message;
  const auto session = Session::create(*model);
  ASSERT_TRUE(session) << session.error().message;
  const auto one = (*session)->run(std::vector<NamedTensor>{{"x", floats({1, 3}, {0.5F, -2, 3})}});
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_EQ(list((*one)[0]), (std::vector<float>{0, 0, 4}));
  const auto two = (*session)->run(std::vector<NamedTensor>{{"x", floats({2, 3}, {2, 2, 2, -2, -2, -2})}});
  ASSERT_TRUE(two) << two.error().message;
  EXPECT_EQ(list((*two)[0]), (std::vector<float>{1, 2, 3, 0, 0, 0}));
  EXPECT_EQ(list((*one)[0]), (std::vector<float>{0, 0, 4})) << "outputs belong to the caller";
}

TEST(Session, NamesTheInputThatIsWrong) {
  const auto rank = run_graph(add_relu(), {{"x", floats({3}, {1, 2, 3})}});
  ASSERT_FALSE(rank);
  EXPECT_EQ(rank.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(rank.error().message.find("'x': expected f32[n,3], given f32[3]"), std::string::npos)
      << rank.error().message;
  const auto missing = run_graph(add_relu(), {});
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("'x' is missing"), std::string::npos);
  const auto unknown = run_graph(add_relu(), {{"x", floats({1, 3}, {1, 2, 3})}, {"y", floats({1}, {1})}});
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().message.find("no input 'y'"), std::string::npos);
}

TEST(Session, AScalarInputTakesAnArrayOfOneElement) {
  Maker m;
  const ValueId x = m.input("x", DType::f32, {});
  m.graph.outputs = {m.op("act", "Neg", {x})};
  const auto outputs = run_graph(std::move(m.graph), {{"x", floats({1}, {2})}});
  ASSERT_TRUE(outputs) << outputs.error().message;
  EXPECT_TRUE((*outputs)[0].dims().empty());
  EXPECT_EQ(list((*outputs)[0]), (std::vector<float>{-2}));
}

TEST(Session, StopsAtDeadlineAndCancel) {
  const auto model = model_from_graph(add_relu());
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

TEST(Session, RefusesAnUnknownBackend) {
  const auto model = model_from_graph(add_relu());
  const auto session = Session::create(*model, {.backend = "abacus"});
  ASSERT_FALSE(session);
  EXPECT_NE(session.error().message.find("abacus"), std::string::npos);
}

/// transpose → concatenation with itself → reshape: only rasters.
Graph movement() {
  Maker m;
  const ValueId x = m.input("x", DType::f32, {2, 3});
  const ValueId t = m.op("t", "Transpose", {x}, {{"perm", std::vector<int64_t>{1, 0}}});
  const ValueId c = m.op("c", "Concat", {t, t}, {{"axis", int64_t{0}}});
  const ValueId r = m.op("r", "Reshape", {c, m.ints("shape", {3, 4})});
  m.graph.outputs = {m.op("relu", "Relu", {r})};
  return std::move(m.graph);
}

TEST(Session, MergedRastersGiveWhatMaterialisedOnesGive) {
  const std::vector<NamedTensor> inputs = {{"x", floats({2, 3}, {1, 2, 3, 4, 5, 6})}};
  const auto merged = run_graph(movement(), inputs);
  const auto plain = run_graph(movement(), inputs, {.fuse = false, .merge_rasters = false});
  ASSERT_TRUE(merged) << merged.error().message;
  ASSERT_TRUE(plain) << plain.error().message;
  EXPECT_EQ(list((*merged)[0]), (std::vector<float>{1, 4, 2, 5, 3, 6, 1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(list((*merged)[0]), list((*plain)[0]));
}

/// A concatenation of computed values, one of them also an output and read again.
Graph concatenation() {
  Maker m;
  const ValueId x = m.input("x", DType::f32, {1, 3});
  const ValueId a = m.op("a", "Neg", {x});
  const ValueId b = m.op("b", "Abs", {a});
  const ValueId c = m.op("c", "Concat", {a, b}, {{"axis", int64_t{1}}});
  const ValueId d = m.op("d", "Relu", {c});
  const ValueId e = m.op("e", "Concat", {d, m.op("h", "Neg", {c})}, {{"axis", int64_t{0}}});
  m.graph.outputs = {m.op("f", "Neg", {e}), b, m.op("g", "Neg", {a})};
  return std::move(m.graph);
}

TEST(Session, OperandsOfAConcatenationAreMadeInTheirPlace) {
  const auto out = run_graph(concatenation(), {{"x", floats({1, 3}, {1, -2, 3})}});
  ASSERT_TRUE(out) << out.error().message;
  EXPECT_EQ(list((*out)[0]), (std::vector<float>{-0.F, -2, -0.F, -1, -2, -3, -1, 2, -3, 1, 2, 3}));
  EXPECT_EQ(list((*out)[1]), (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(list((*out)[2]), (std::vector<float>{1, -2, 3}));
  const auto model = model_from_graph(concatenation());
  const auto session = Session::create(*model);
  const auto plan = (*session)->explain(std::vector<NamedTensor>{{"x", floats({1, 3}, {1, -2, 3})}}, false);
  for (const auto& raster : (*plan)["rasters"]) EXPECT_EQ(raster["became"], "alias");
}

/// y = c ? -x : |x|; `direct`: c is a boolean input, else it is computed from a float input.
Graph branches(bool direct) {
  Maker m;
  const ValueId x = m.input("x", DType::f32, {3});
  const ValueId c = direct ? m.input("c", DType::boolean, {}) : m.input("c", DType::f32, {});
  graph::Node node;
  node.name = "if";
  node.op = operators().find("", "If");
  node.operands = {direct ? c : m.op("cast", "Cast", {c}, {{"to", int64_t{9}}}), x};
  for (const char* op : {"Neg", "Abs"}) {
    Maker block;
    const ValueId in = block.input("in", DType::f32, {3});
    block.graph.outputs = {block.op("inner", op, {in})};
    node.blocks.push_back(std::make_unique<Graph>(std::move(block.graph)));
  }
  node.results = {m.graph.add_value({.name = "y"})};
  m.graph.outputs = node.results;
  m.graph.nodes.push_back(std::move(node));
  return std::move(m.graph);
}

TEST(Session, TakesTheBranchThatTheConditionNames) {
  for (const bool yes : {true, false}) {
    const auto out = run_graph(branches(false), {{"x", floats({3}, {1, -2, 3})}, {"c", floats({}, {yes ? 1.F : 0.F})}});
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(list((*out)[0]), yes ? (std::vector<float>{-1, 2, -3}) : (std::vector<float>{1, 2, 3}));
  }
}

TEST(Session, PlansForTheValueOfAnInputThatDecidesABranch) {
  const auto model = model_from_graph(branches(true));
  const auto session = Session::create(*model);
  for (const bool yes : {true, false, true}) {
    const std::vector<NamedTensor> inputs = {{"x", floats({3}, {1, -2, 3})}, {"c", Tensor::scalar(yes)}};
    const auto out = (*session)->run(inputs);
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(list((*out)[0]), yes ? (std::vector<float>{-1, 2, -3}) : (std::vector<float>{1, 2, 3}));
  }
}

TEST(Session, LoopsOverCarriedAndScannedValues) {
  Maker m;
  const ValueId x = m.input("x", DType::f32, {2});
  graph::Node node;
  node.name = "loop";
  node.op = operators().find("", "Loop");
  node.operands = {m.graph.add_constant("trips", Tensor::scalar<int64_t>(3)), graph::kNoValue, x};
  node.attributes["carried"] = int64_t{1};
  Maker body;
  body.input("i", DType::i64, {});
  const ValueId condition = body.input("c", DType::boolean, {});
  const ValueId v = body.input("v", DType::f32, {2});
  const ValueId twice = body.op("twice", "Add", {v, v});
  const ValueId scan = body.op("minus", "Neg", {twice});
  body.graph.outputs = {condition, twice, scan};
  node.blocks.push_back(std::make_unique<Graph>(std::move(body.graph)));
  node.results = {m.graph.add_value({.name = "last"}), m.graph.add_value({.name = "all"})};
  m.graph.outputs = node.results;
  m.graph.nodes.push_back(std::move(node));
  const auto out = run_graph(std::move(m.graph), {{"x", floats({2}, {1, 2})}});
  ASSERT_TRUE(out) << out.error().message;
  EXPECT_EQ(list((*out)[0]), (std::vector<float>{8, 16}));
  EXPECT_EQ((*out)[1].dims(), (std::vector<int64_t>{3, 2}));
  EXPECT_EQ(list((*out)[1]), (std::vector<float>{-2, -4, -4, -8, -8, -16}));
}

TEST(Session, AnOutputMayBeAnInputAConstantOrGivenTwice) {
  Maker m;
  const ValueId x = m.input("x", DType::f32, {2});
  const ValueId k = m.constant("k", {2}, {7, 8});
  const ValueId y = m.op("neg", "Neg", {x});
  m.graph.outputs = {x, k, y, y};
  const auto out = run_graph(std::move(m.graph), {{"x", floats({2}, {1, 2})}});
  ASSERT_TRUE(out) << out.error().message;
  EXPECT_EQ(list((*out)[0]), (std::vector<float>{1, 2}));
  EXPECT_EQ(list((*out)[1]), (std::vector<float>{7, 8}));
  EXPECT_EQ(list((*out)[2]), (std::vector<float>{-1, -2}));
  EXPECT_EQ(list((*out)[3]), (std::vector<float>{-1, -2}));
}

TEST(Session, AConvertedFileGivesBitEqualResults) {
  const auto bytes = model::write_model(add_relu());
  ASSERT_TRUE(bytes) << bytes.error().message;
  const auto model = engine::Model::from_bytes(*bytes);
  ASSERT_TRUE(model) << model.error().message;
  const std::vector<NamedTensor> inputs = {{"x", floats({1, 3}, {0.1F, 0.2F, 0.3F})}};
  const auto from_file = (*Session::create(*model))->run(inputs);
  const auto from_graph = run_graph(add_relu(), inputs);
  ASSERT_TRUE(from_file && from_graph);
  EXPECT_EQ(list((*from_file)[0]), list((*from_graph)[0]));
}

TEST(Session, ExplainsKernelsRefusalsAndRasters) {
  const auto model = model_from_graph(movement());
  const auto session = Session::create(*model);
  const auto plan = (*session)->explain(std::vector<NamedTensor>{{"x", floats({2, 3}, {1, 2, 3, 4, 5, 6})}}, true);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_FALSE((*plan)["steps"].empty());
  EXPECT_TRUE((*plan)["steps"][0].contains("measured_us"));
  EXPECT_FALSE((*plan)["rasters"].empty());
}

TEST(Session, SessionsOfOneModelRunAtTheSameTime) {
  const auto model = model_from_graph(add_relu());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&model] {
      const auto session = Session::create(*model, {.threads = 2});
      for (int64_t n = 1; n < 20; ++n) {
        const auto x = *Tensor::zeros(DType::f32, std::vector<int64_t>{n, 3});
        const auto out = (*session)->run(std::vector<NamedTensor>{{"x", x}});
        ASSERT_TRUE(out);
        EXPECT_EQ((*out)[0].values<float>()[2], 1.F);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace walle::session
