#include "tests/unit/libwalle/ops/helper.h"

namespace walle::ops::testing {
namespace {

using Names = std::vector<std::string>;

/// The operators that the last node becomes, one step down; "canonical" if it stays.
Names parts_of(graph::Graph& graph, const graph::OpTable& table) {
  const graph::Node node = std::move(graph.nodes.back());
  graph.nodes.clear();
  graph::GraphBuilder builder(graph, table, "parts");
  const auto made = node.op->decompose(graph::NodeView(graph, node), builder);
  EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().message);
  if (!made || !*made) return {"canonical"};
  Names names;
  for (const graph::Node& part : graph.nodes) names.emplace_back(part.op->name);
  return names;
}

/// Regions of the last node's result 0.
std::vector<Region> regions_of(const graph::Graph& graph) {
  const graph::Node& node = graph.nodes.back();
  const auto made = node.op->regions(graph::NodeView(graph, node), 0);
  EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().message);
  return made.value_or(std::vector<Region>{});
}

TEST_F(OpTest, AReductionThatDropsAxesReshapes) {
  shape("ReduceSum", {input({2, 3}), ints({1})}, {{"keepdims", int64_t{0}}});
  EXPECT_EQ(parts_of(graph, table), (Names{"ReduceSum", "Reshape"}));
}

TEST_F(OpTest, AReductionInTheFamilysFormStays) {
  shape("ReduceSum", {input({2, 3})}, {{"axes", Ints{1}}, {"keepdims", int64_t{1}}});
  EXPECT_EQ(parts_of(graph, table), (Names{"canonical"}));
}

TEST_F(OpTest, ClipWithConstantBoundsHasThemAsAttributes) {
  shape("Clip", {input({2}), builder.scalar(DType::f32, 0), builder.scalar(DType::f32, 6)});
  EXPECT_EQ(parts_of(graph, table), (Names{"Clip"}));
}

TEST_F(OpTest, ClipWithBoundsOfTheRunIsMaxAndMin) {
  shape("Clip", {input({2}), input({}), input({})});
  EXPECT_EQ(parts_of(graph, table), (Names{"Max", "Min"}));
}

TEST_F(OpTest, AVectorInAProductBecomesAMatrix) {
  shape("MatMul", {input({3}), input({3, 4})});
  EXPECT_EQ(parts_of(graph, table), (Names{"Reshape", "MatMul", "Reshape"}));
}

TEST_F(OpTest, GemmIsAProductAndASum) {
  shape("Gemm", {input({2, 3}), input({4, 3}), input({4})}, {{"transB", int64_t{1}}});
  EXPECT_EQ(parts_of(graph, table), (Names{"Transpose", "MatMul", "Add"}));
}

TEST_F(OpTest, BatchNormalisationEndsInScaleAndShift) {
  const ValueId v = input({3});
  shape("BatchNormalization", {input({1, 3, 4, 4}), v, v, v, v});
  const Names parts = parts_of(graph, table);
  ASSERT_GE(parts.size(), 2U);
  EXPECT_EQ(parts[parts.size() - 2], "Mul");
  EXPECT_EQ(parts.back(), "Add");
}

TEST_F(OpTest, AnLstmIsUnrolledOnceForEachStep) {
  const std::vector<ValueId> operands = {input({3, 1, 4}), input({1, 8, 4}), input({1, 8, 2})};
  ASSERT_TRUE(builder.op("LSTM", operands, {{"hidden_size", int64_t{2}}}, 3).has_value());
  int tanh = 0;
  for (const std::string& part : parts_of(graph, table)) tanh += part == "Tanh" ? 1 : 0;
  EXPECT_EQ(tanh, 6);
}

TEST_F(OpTest, AReshapeIsOneStraightCopy) {
  shape("Reshape", {input({2, 6}), ints({3, 4})});
  const auto regions = regions_of(graph);
  ASSERT_EQ(regions.size(), 1U);
  ASSERT_EQ(regions[0].axes.size(), 1U);
  EXPECT_EQ(regions[0].axes[0], (Axis{12, 1, 1}));
}

TEST_F(OpTest, ATransposeSwapsStrides) {
  shape("Transpose", {input({2, 3})}, {{"perm", Ints{1, 0}}});
  const auto regions = regions_of(graph);
  ASSERT_EQ(regions.size(), 1U);
  EXPECT_EQ(regions[0].axes[0], (Axis{3, 1, 2}));
  EXPECT_EQ(regions[0].axes[1], (Axis{2, 3, 1}));
}

TEST_F(OpTest, ASliceBackwardsHasANegativeStride) {
  shape("Slice", {input({10}), ints({8}), ints({1}), ints({0}), ints({-3})});
  const auto regions = regions_of(graph);
  ASSERT_EQ(regions.size(), 1U);
  EXPECT_EQ(regions[0].src_offset, 8);
  EXPECT_EQ(regions[0].axes[0], (Axis{3, -3, 1}));
}

TEST_F(OpTest, PaddingWritesEachElementOnce) {
  shape("Pad", {input({2, 3}), ints({1, 0, 0, 2})});
  int64_t written = 0;
  for (const Region& region : regions_of(graph)) {
    int64_t count = 1;
    for (const Axis& axis : region.axes) count *= axis.size;
    written += count;
  }
  EXPECT_EQ(written, 3 * 5);
}

TEST_F(OpTest, MoreAxesThanARegionHasBecomeSeveralRegions) {
  shape("Transpose", {input({2, 2, 2, 2, 2, 2, 2})}, {{"perm", Ints{6, 5, 4, 3, 2, 1, 0}}});
  EXPECT_EQ(regions_of(graph).size(), 2U);
}

TEST_F(OpTest, ColumnsAddUpInTheImage) {
  shape("Col2Im", {input({1, 4, 4}), ints({3, 3}), ints({2, 2})});
  const auto regions = regions_of(graph);
  ASSERT_EQ(regions.size(), 4U);
  for (const Region& region : regions) EXPECT_EQ(region.combine, Combine::add);
}

TEST_F(OpTest, DropoutInInferenceIsTheOperandItself) {
  shape("Dropout", {input({2})});
  EXPECT_EQ(parts_of(graph, table), (Names{"Identity", "Expand"}));
}

TEST_F(OpTest, AModeThatDoesNotExistIsNamed) {
  shape("GridSample", {input({1, 1, 4, 4}), input({1, 2, 2, 2})}, {{"mode", std::string("sinc")}});
  const graph::Node node = std::move(graph.nodes.back());
  const auto made = node.op->decompose(graph::NodeView(graph, node), builder);
  ASSERT_FALSE(made.has_value());
  EXPECT_NE(made.error().message.find("sinc"), std::string::npos);
}

}  // namespace
}  // namespace walle::ops::testing
