#include <gtest/gtest.h>

#include "libwalle/base/value.h"
#include "tests/support/engine/maker.h"

// Between DequantizeLinear and QuantizeLinear operators work on 8 bits; with steps that are powers of two every way of
// computing is exact, so the integers have to be equal.
namespace walle::passes {
namespace {

using engine::NamedTensor;
using engine::Tensor;
using graph::Attributes;
using graph::Graph;
using graph::ValueId;
using testing::Maker;
using testing::run_graph;
using Families = std::vector<std::string>;

template <class T>
Tensor numbers(std::vector<int64_t> dims, int64_t step) {
  int64_t count = 1;
  for (const int64_t d : dims) count *= d;
  std::vector<T> values;
  for (int64_t i = 0; i < count; ++i) values.push_back(static_cast<T>(i * step % 251));
  return *Tensor::of<T>(dims, values);
}

/// Graphs of u8 activations and i8 weights.
struct Quantised : Maker {
  ValueId scale(const std::string& name, float value) { return constant(name, {}, {value}); }
  ValueId zero_u8(const std::string& name, uint8_t value) {
    return graph.add_constant(name, Tensor::scalar<uint8_t>(value));
  }
  ValueId dequantized(const std::string& name, ValueId x, float step, uint8_t zero) {
    return op(name, "DequantizeLinear", {x, scale(name + "_s", step), zero_u8(name + "_z", zero)});
  }
  ValueId activation(const std::string& name, graph::Shape shape, float step, uint8_t zero) {
    return dequantized(name + "_f", input(name, DType::u8, std::move(shape)), step, zero);
  }
  /// i8, a step for each index of axis 0.
  ValueId weight(std::vector<int64_t> dims, int64_t axis = 0) {
    const auto channels = static_cast<size_t>(dims[static_cast<size_t>(axis)]);
    std::vector<float> steps;
    for (size_t i = 0; i < channels; ++i) steps.push_back(i % 2 == 0 ? 0.25F : 0.125F);
    const ValueId values = graph.add_constant("w", numbers<int8_t>(dims, 37));
    const ValueId scales = constant("w_s", {static_cast<int64_t>(channels)}, steps);
    return op("w_f", "DequantizeLinear", {values, scales}, {{"axis", axis}});
  }
  void quantize(ValueId y, float step, uint8_t zero) {
    graph.outputs = {op("y", "QuantizeLinear", {y, scale("y_s", step), zero_u8("y_z", zero)})};
  }
};

Families families(const Graph& graph, const std::vector<NamedTensor>& inputs) {
  const auto model = session::model_from_graph(graph.clone());
  EXPECT_TRUE(model) << model.error().message;
  const auto session = engine::Session::create(*model);
  const auto plan = (*session)->explain(inputs, false);
  EXPECT_TRUE(plan) << plan.error().message;
  Families out;
  if (!plan) return out;
  for (const auto& step : (*plan)["steps"]) out.push_back(step["family"].get<std::string>());
  return out;
}

std::vector<int> bytes_of(const Result<std::vector<Tensor>>& outputs) {
  EXPECT_TRUE(outputs) << outputs.error().message;
  if (!outputs) return {};
  const auto values = (*outputs)[0].values<uint8_t>();
  return {values.begin(), values.end()};
}

/// Fused on all backends and on ref = unfused, and the fused plan is of these families.
void expect_equal(const Graph& graph, const std::vector<NamedTensor>& inputs, const Families& expected) {
  const auto plain = bytes_of(run_graph(graph.clone(), inputs, {.backend = "ref", .fuse = false}));
  EXPECT_EQ(bytes_of(run_graph(graph.clone(), inputs)), plain);
  EXPECT_EQ(bytes_of(run_graph(graph.clone(), inputs, {.backend = "ref"})), plain);
  EXPECT_EQ(families(graph, inputs), expected);
}

Graph conv(const std::string& tail, int64_t group) {
  Quantised m;
  const ValueId x = m.activation("x", {1, 8, 9, 7}, 0.5F, 100);
  const ValueId bias =
      m.op("b_f", "DequantizeLinear",
           {m.graph.add_constant("b", numbers<int32_t>({8}, 97)),
            m.constant("b_s", {8}, {0.125F, 0.0625F, 0.125F, 0.0625F, 0.125F, 0.0625F, 0.125F, 0.0625F})},
           {{"axis", int64_t{0}}});
  const Attributes attributes = {{"pads", std::vector<int64_t>{1, 1, 1, 1}}, {"group", group}};
  ValueId y = m.op("conv", "Conv", {x, m.weight({8, 8 / group, 3, 3}), bias}, attributes);
  if (tail == "relu") y = m.op("relu", "Relu", {y});
  if (tail == "clip") y = m.op("clip", "Clip", {y, m.scale("low", -64), m.scale("high", 96)});
  m.quantize(y, 16, 120);
  return std::move(m.graph);
}

TEST(Qdq, ConvolutionWithBiasAndActivation) {
  const std::vector<NamedTensor> inputs = {{"x", numbers<uint8_t>({1, 8, 9, 7}, 41)}};
  for (const char* tail : {"", "relu", "clip"}) expect_equal(conv(tail, 1), inputs, {"conv"});
}

TEST(Qdq, DepthwiseAndGroupedConvolution) {
  const std::vector<NamedTensor> inputs = {{"x", numbers<uint8_t>({1, 8, 9, 7}, 41)}};
  for (const int64_t group : {2, 8}) expect_equal(conv("relu", group), inputs, {"conv"});
}

TEST(Qdq, MatrixProductWithAStepForEachColumn) {
  Quantised m;
  const ValueId x = m.activation("x", {2, 5, 30}, 0.25F, 17);
  m.quantize(m.op("mul", "MatMul", {x, m.weight({30, 12}, 1)}), 8, 128);
  expect_equal(m.graph, {{"x", numbers<uint8_t>({2, 5, 30}, 29)}}, {"matmul"});
}

TEST(Qdq, GemmOfTransposedWeights) {
  Quantised m;
  const ValueId x = m.activation("x", {3, 30}, 0.25F, 17);
  m.quantize(m.op("gemm", "Gemm", {x, m.weight({12, 30})}, {{"transB", int64_t{1}}}), 8, 128);
  expect_equal(m.graph, {{"x", numbers<uint8_t>({3, 30}, 29)}}, {"matmul"});
}

TEST(Qdq, SumsAndProductsOfActivations) {
  for (const char* op : {"Add", "Mul", "Sub"}) {
    Quantised m;
    const ValueId a = m.activation("a", {2, 40}, 0.25F, 10);
    const ValueId b = m.activation("b", {2, 40}, 0.5F, 99);
    m.quantize(m.op("relu", "Relu", {m.op("sum", op, {a, b})}), 2, 30);
    expect_equal(m.graph, {{"a", numbers<uint8_t>({2, 40}, 29)}, {"b", numbers<uint8_t>({2, 40}, 53)}},
                 {"quantized_binary"});
  }
}

TEST(Qdq, FunctionsOfOneValueBecomeTables) {
  for (const char* op : {"Sigmoid", "HardSwish", "Tanh", "LeakyRelu"}) {
    Quantised m;
    m.quantize(m.op("f", op, {m.activation("x", {2, 40}, 0.0625F, 128)}), 0.01F, 5);
    expect_equal(m.graph, {{"x", numbers<uint8_t>({2, 40}, 29)}}, {"gather"});
  }
}

TEST(Qdq, MovesAndMaximaStayOnBytes) {
  Quantised m;
  const ValueId x = m.activation("x", {1, 2, 6, 8}, 0.25F, 10);
  const ValueId y = m.op("pool", "MaxPool", {x}, {{"kernel_shape", std::vector<int64_t>{2, 2}}});
  m.quantize(y, 0.25F, 10);
  expect_equal(m.graph, {{"x", numbers<uint8_t>({1, 2, 6, 8}, 29)}}, {"pool"});
}

TEST(Qdq, PartsOfAConcatenationGetItsSteps) {
  Quantised m;
  const ValueId a = m.activation("a", {1, 3, 4}, 0.25F, 10);
  const ValueId b = m.activation("b", {1, 2, 4}, 0.5F, 20);
  m.quantize(m.op("concat", "Concat", {a, b}, {{"axis", int64_t{1}}}), 0.5F, 20);
  expect_equal(m.graph, {{"a", numbers<uint8_t>({1, 3, 4}, 29)}, {"b", numbers<uint8_t>({1, 2, 4}, 31)}},
               {"gather", "raster"});
}

TEST(Qdq, WithoutAQuantizeLinearTheResultIsFloat) {
  Quantised m;
  const ValueId x = m.activation("x", {4, 30}, 0.25F, 17);
  m.graph.outputs = {m.op("mul", "MatMul", {x, m.weight({30, 12}, 1)})};
  const std::vector<NamedTensor> inputs = {{"x", numbers<uint8_t>({4, 30}, 29)}};
  const auto fused = run_graph(m.graph.clone(), inputs);
  const auto plain = run_graph(m.graph.clone(), inputs, {.backend = "ref", .fuse = false});
  ASSERT_TRUE(fused && plain);
  EXPECT_EQ(testing::list((*fused)[0]), testing::list((*plain)[0]));
  EXPECT_EQ(families(m.graph, inputs), Families{"matmul"});
}

}  // namespace
}  // namespace walle::passes
