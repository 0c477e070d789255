#include <gtest/gtest.h>

#include "libwalle/session/model.h"
#include "tests/support/engine/maker.h"

// Transposes between channels-first and channels-last operators: they vanish, and the result stays the same.
namespace walle::passes {
namespace {

using engine::NamedTensor;
using graph::Attributes;
using graph::Graph;
using graph::ValueId;
using testing::floats;
using testing::list;
using testing::Maker;
using testing::run_graph;
using Ints = std::vector<int64_t>;

std::vector<float> ramp(int64_t count, float scale) {
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i) values.push_back(scale * static_cast<float>((i * 7919) % 31 - 15));
  return values;
}

/// An image [1, 5, 6, 4] with channels last and convolutions with channels first.
struct Network {
  Network() : x(m.input("x", DType::f32, {1, 5, 6, 4})) {}

  ValueId first(const std::string& name, ValueId value) {
    return m.op(name, "Transpose", {value}, {{"perm", Ints{0, 3, 1, 2}}});
  }
  ValueId last(const std::string& name, ValueId value) {
    return m.op(name, "Transpose", {value}, {{"perm", Ints{0, 2, 3, 1}}});
  }
  ValueId conv(const std::string& name, ValueId value) {
    const ValueId weight = m.constant(name + "/w", {4, 4, 1, 1}, ramp(16, 0.05F));
    return m.op(name, "Conv", {value, weight});
  }
  /// A convolution of an image with channels last.
  ValueId layer(const std::string& name, ValueId value) {
    return last(name + "/last", conv(name, first(name + "/first", value)));
  }

  /// Transposes that are left once the model is prepared.
  int transposes(ValueId output) {
    m.graph.outputs = {output};
    const auto model = session::model_from_graph(m.graph.clone());
    EXPECT_TRUE(model) << model.error().message;
    int count = 0;
    std::vector<engine::NamedValue> given;
    for (const auto& input : inputs()) given.push_back({input.name, input.tensor});
    const auto traced = session::trace_passes(**model, given, {}, [&](std::string_view pass, const Graph& graph) {
      if (pass != "prepared") return;
      for (const auto& node : graph.nodes) count += node.op->name == "Transpose" ? 1 : 0;
    });
    EXPECT_TRUE(traced) << traced.error().message;
    return count;
  }

  void expect_same(ValueId output) {
    m.graph.outputs = {output};
    const auto moved = run_graph(m.graph.clone(), inputs());
    const auto plain = run_graph(m.graph.clone(), inputs(), {.backend = "ref", .fuse = false, .merge_rasters = false});
    ASSERT_TRUE(moved) << moved.error().message;
    ASSERT_TRUE(plain) << plain.error().message;
    ASSERT_EQ((*moved)[0].dims(), (*plain)[0].dims());
    const auto a = list((*moved)[0]);
    const auto b = list((*plain)[0]);
    for (size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-5F * (1 + std::abs(b[i]))) << i;
  }

  [[nodiscard]] static std::vector<NamedTensor> inputs() { return {{"x", floats({1, 5, 6, 4}, ramp(120, 0.1F))}}; }

  Maker m;
  ValueId x;
};

TEST(Layout, TransposesBetweenConvolutionsVanish) {
  Network n;
  const ValueId y = n.layer("b", n.layer("a", n.x));
  EXPECT_EQ(n.transposes(y), 2);  // of the image and of the result
  n.expect_same(y);
}

TEST(Layout, ElementwiseOperatorsAndTheirConstantsChangeSides) {
  Network n;
  const ValueId a = n.layer("a", n.x);
  const ValueId slope = n.m.constant("slope", {1, 1, 4}, {0.1F, 0.2F, -0.3F, 2});
  const ValueId scale = n.m.constant("scale", {4}, {1, 2, 3, 4});
  const ValueId act = n.m.op("act", "PRelu", {a, slope});
  const ValueId y = n.layer("b", n.m.op("mul", "Mul", {act, scale}));
  EXPECT_EQ(n.transposes(y), 2);
  n.expect_same(y);
}

TEST(Layout, ResidualsChangeSides) {
  Network n;
  const ValueId a = n.layer("a", n.x);
  const ValueId sum = n.m.op("sum", "Add", {a, n.layer("b", a)});
  const ValueId y = n.layer("c", n.m.op("relu", "Relu", {sum}));
  EXPECT_EQ(n.transposes(y), 2);
  n.expect_same(y);
}

TEST(Layout, AxesOfConcatAndPadAreRewritten) {
  Network n;
  const ValueId a = n.layer("a", n.x);
  const ValueId pads = n.m.ints("pads", {0, 1, 0, 0, 0, 2, 1, 0});
  const ValueId padded = n.m.op("pad", "Pad", {a, pads});
  const ValueId wide = n.m.op("concat", "Concat", {padded, padded}, {{"axis", int64_t{1}}});
  const ValueId y = n.layer("b", wide);
  EXPECT_EQ(n.transposes(y), 2);
  n.expect_same(y);
}

TEST(Layout, AReductionThatDropsTheImageNeedsNoTranspose) {
  Network n;
  const ValueId y = n.m.op("mean", "ReduceMean", {n.layer("a", n.x)}, {{"axes", Ints{1, 2}}, {"keepdims", int64_t{0}}});
  EXPECT_EQ(n.transposes(y), 1);
  n.expect_same(y);
}

TEST(Layout, ATransposeThatNothingCancelsStaysWhereItIs) {
  Network n;
  const ValueId y = n.m.op("relu", "Relu", {n.layer("a", n.x)});
  EXPECT_EQ(n.transposes(y), 2);
  n.expect_same(y);
}

}  // namespace
}  // namespace walle::passes
