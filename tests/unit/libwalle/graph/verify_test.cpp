#include <gtest/gtest.h>

#include "libwalle/graph/op.h"

namespace walle::graph {
namespace {

const OpDef kProbe = {.name = "Probe", .op_class = OpClass::atomic, .operands = {1, 2}, .results = {1, 1}};

Graph one_node() {
  Graph graph;
  const ValueId x = graph.add_value({.name = "x"});
  const ValueId y = graph.add_value({.name = "y"});
  graph.inputs = {x};
  graph.outputs = {y};
  graph.nodes.push_back({.name = "p", .op = &kProbe, .operands = {x}, .results = {y}});
  return graph;
}

TEST(Verify, AcceptsAWellFormedGraph) { EXPECT_TRUE(verify(one_node()).has_value()); }

TEST(Verify, NamesNodeAndOperatorOfWrongArity) {
  Graph graph = one_node();
  graph.nodes[0].operands = {0, 0, 0};
  const auto wrong = verify(graph);
  ASSERT_FALSE(wrong.has_value());
  EXPECT_EQ(wrong.error().message, "node 'p' (Probe): has 3 operands, takes 1 to 2");
}

TEST(Verify, RefusesAValueThatIsReadBeforeItIsMade) {
  Graph graph = one_node();
  graph.nodes[0].operands = {1};
  EXPECT_FALSE(verify(graph).has_value());
}

TEST(Verify, RefusesAValueMadeTwice) {
  Graph graph = one_node();
  graph.nodes.push_back({.name = "q", .op = &kProbe, .operands = {0}, .results = {1}});
  EXPECT_FALSE(verify(graph).has_value());
}

TEST(Verify, RefusesIdsOutsideTheGraph) {
  Graph graph = one_node();
  graph.nodes[0].operands = {77};
  EXPECT_FALSE(verify(graph).has_value());
}

TEST(Graph, CloneIsIndependent) {
  Graph graph = one_node();
  Graph copy = graph.clone();
  copy.nodes[0].name = "other";
  EXPECT_EQ(graph.nodes[0].name, "p");
  EXPECT_NE(to_text(graph).find("%y:?[?] = Probe(%x)"), std::string::npos) << to_text(graph);
}

}  // namespace
}  // namespace walle::graph
