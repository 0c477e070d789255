#include "libwalle/passes/pass.h"

#include <gtest/gtest.h>

#include "libwalle/passes/rewrite.h"
#include "libwalle/session/environment.h"
#include "tests/support/engine/maker.h"

namespace walle::passes {
namespace {

using graph::Graph;
using graph::ValueId;
using testing::Maker;

PassContext context() {
  PassContext c;
  c.ops = &session::operators();
  c.reference = session::environment().reference();
  return c;
}

TEST(Pipeline, ShapeArithmeticVanishes) {
  Maker m;
  const ValueId x = m.input("x", DType::f32, {graph::Dim::symbol(0), 6});
  m.graph.symbols = {"n"};
  const ValueId shape = m.op("shape", "Shape", {x});
  const ValueId n = m.op("n", "Gather", {shape, m.ints("zero", {0})}, {{"axis", int64_t{0}}});
  const ValueId dims = m.op("dims", "Concat", {n, m.ints("rest", {2, 3})}, {{"axis", int64_t{0}}});
  m.graph.outputs = {m.op("y", "Reshape", {x, dims})};
  PassContext c = context();
  Graph graph = m.graph.clone();
  graph.value(graph.inputs[0]).shape = graph::to_shape({4, 6});
  const Status done = run(plan_passes(), graph, c);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(graph.nodes.size(), 1U);
  EXPECT_EQ(dims_of(graph, graph.outputs[0]), (std::vector<int64_t>{4, 2, 3}));
}

TEST(Pipeline, EqualNodesBecomeOne) {
  Maker m;
  const ValueId x = m.input("x", DType::f32, {4});
  m.graph.outputs = {m.op("sum", "Add", {m.op("a", "Exp", {x}), m.op("b", "Exp", {x})})};
  PassContext c = context();
  ASSERT_TRUE(run(model_passes(), m.graph, c));
  EXPECT_EQ(m.graph.nodes.size(), 2U);
}

TEST(Pipeline, ConstantNodesAreComputedAhead) {
  Maker m;
  const ValueId x = m.input("x", DType::f32, {2});
  const ValueId k = m.op("k", "Exp", {m.constant("zero", {2}, {0, 0})});
  m.graph.outputs = {m.op("y", "Add", {x, k})};
  PassContext c = context();
  ASSERT_TRUE(run(model_passes(), m.graph, c));
  ASSERT_EQ(m.graph.nodes.size(), 1U);
  const auto& constant = m.graph.value(m.graph.nodes[0].operands[1]).constant;
  ASSERT_TRUE(constant);
  EXPECT_EQ(constant->values<float>()[1], 1.F);
}

TEST(Pipeline, NothingMoreIsComputedAheadThanTheContextAllows) {
  Maker m;
  const ValueId x = m.input("x", DType::f32, {2});
  const ValueId a = m.op("a", "Exp", {m.constant("zero", {2}, {0, 0})});
  const ValueId b = m.op("b", "Sin", {a});
  m.graph.outputs = {m.op("y", "Add", {x, b})};
  PassContext c = context();
  c.fold_bytes = 12;  // one vector of two floats, not two
  ASSERT_TRUE(run(model_passes(), m.graph, c));
  ASSERT_EQ(m.graph.nodes.size(), 2U);
  EXPECT_EQ(m.graph.nodes[0].op->name, "Sin");
  EXPECT_EQ(c.fold_bytes, 4);
}

TEST(Pipeline, RandomNumbersAreNeitherComputedAheadNorMerged) {
  Maker m;
  const graph::Attributes two = {{"shape", std::vector<int64_t>{2}}};
  m.graph.outputs = {m.op("a", "RandomUniform", {}, two), m.op("b", "RandomUniform", {}, two)};
  PassContext c = context();
  ASSERT_TRUE(run(model_passes(), m.graph, c));
  ASSERT_TRUE(run(plan_passes(), m.graph, c));
  EXPECT_EQ(m.graph.nodes.size(), 2U);
}

TEST(Pipeline, EachPassCanBeDumped) {
  Maker m;
  m.graph.outputs = {m.op("y", "Relu", {m.input("x", DType::f32, {2})})};
  PassContext c = context();
  std::vector<std::string> seen;
  c.dump = [&](std::string_view pass, const Graph& graph) {
    seen.emplace_back(pass);
    EXPECT_FALSE(graph::to_text(graph).empty());
  };
  ASSERT_TRUE(run(plan_passes(), m.graph, c));
  EXPECT_EQ(seen.size(), plan_passes().size());
}

TEST(Pipeline, AnErrorNamesNodeAndOperator) {
  Maker m;
  const ValueId x = m.input("x", DType::f32, {2, 3});
  m.graph.outputs = {m.op("bad", "Reshape", {x, m.ints("dims", {4, 2})})};
  PassContext c = context();
  const Status done = run(plan_passes(), m.graph, c);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("'bad' (Reshape)"), std::string::npos) << done.error().message;
}

}  // namespace
}  // namespace walle::passes
