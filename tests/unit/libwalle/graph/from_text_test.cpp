#include "libwalle/graph/text.h"

#include <gtest/gtest.h>

#include "tests/support/engine/maker.h"

namespace walle::graph {
namespace {

using testing::Maker;

Graph some_graph() {
  Maker m;
  m.graph.symbols = {"n", "w h"};
  const ValueId x = m.input("x", DType::f32, {Dim::symbol(0), *Dim::add(Dim::symbol(1), Dim(3)), 4});
  const ValueId w = m.constant("the \"weight\"", {4}, {0.1F, -3e-20F, INFINITY, 5});
  const ValueId z =
      m.graph.add_constant("z", *engine::Tensor::of<int8_t>(std::vector<int64_t>{2}, std::vector<int8_t>{-1, 7}));
  const ValueId a = m.op("sum-1", "Add", {x, w});
  const ValueId b = m.op("soft", "Softmax", {a}, {{"axis", int64_t{-1}}});
  const ValueId c = m.op("leaky", "LeakyRelu", {b}, {{"alpha", 0.25F}});
  const ValueId p = m.op("pool", "Clip", {c, kNoValue, m.constant("high", {}, {6})});
  m.graph.outputs = {p, z};
  return std::move(m.graph);
}

TEST(GraphText, ReadsBackWhatIsWritten) {
  const std::string text = to_text(some_graph());
  const auto read = from_text(text, session::operators());
  ASSERT_TRUE(read) << read.error().message << '\n' << text;
  EXPECT_EQ(to_text(*read), text);
  EXPECT_EQ(read->value(read->nodes[0].operands[1]).constant->values<float>()[1], -3e-20F);
}

TEST(GraphText, ReadsBlocks) {
  Graph graph;
  const ValueId c = graph.add_value({.name = "c", .dtype = DType::boolean, .shape = Shape{}});
  const ValueId x = graph.add_value({.name = "x", .dtype = DType::f32, .shape = Shape{3}});
  graph.inputs = {c, x};
  Node node{.name = "if", .op = session::operators().find("", "If"), .operands = {c, x}};
  for (const char* op : {"Relu", "Neg"}) {
    Maker block;
    block.graph.outputs = {block.op("f", op, {block.input("x", DType::f32, {3})})};
    node.blocks.push_back(std::make_unique<Graph>(std::move(block.graph)));
  }
  node.results = {graph.add_value({.name = "y"})};
  graph.outputs = node.results;
  graph.nodes.push_back(std::move(node));
  const std::string text = to_text(graph);
  const auto read = from_text(text, session::operators());
  ASSERT_TRUE(read) << read.error().message << '\n' << text;
  EXPECT_EQ(to_text(*read), text);
  EXPECT_EQ(read->nodes[0].blocks.size(), 2U);
}

TEST(GraphText, AsksForWhatTheTextLeavesOut) {
  Maker m;
  const ValueId x = m.input("x", DType::f32, {100});
  m.graph.outputs = {m.op("sum", "Add", {x, m.constant("w", {100}, std::vector<float>(100, 2))})};
  const std::string text = to_text(m.graph);
  const auto without = from_text(text, session::operators());
  ASSERT_FALSE(without);
  EXPECT_NE(without.error().message.find("'w'"), std::string::npos) << without.error().message;
  const auto with = from_text(text, session::operators(), [&](std::string_view) { return m.graph.values[1].constant; });
  ASSERT_TRUE(with) << with.error().message;
  EXPECT_EQ(to_text(*with), text);
}

TEST(GraphText, NamesTheLineThatIsWrong) {
  for (const char* text :
       {"", "inputs %x:f32[2]\n%y:?[?] = Relu(%z)  # y\noutputs %y\n",
        "inputs %x:f32[2]\n%y:?[?] = NoSuchOperator(%x)  # y\noutputs %y\n", "inputs %x:f32[2\noutputs %x\n",
        "inputs %x:f32[2]\nconstant %w:f32[2] = {1 a}\noutputs %x\n", "inputs %x:f99[2]\noutputs %x\n",
        "inputs %x:f32[9999999999999999999]\noutputs %x\n"}) {
    const auto read = from_text(text, session::operators());
    ASSERT_FALSE(read) << text;
    EXPECT_NE(read.error().message.find("line "), std::string::npos) << read.error().message;
  }
}

}  // namespace
}  // namespace walle::graph
