#include "tests/unit/libwalle/passes/fused.h"

namespace walle::passes {
namespace {

TEST(Fusion, HardSwishSpelledOut) {
  Maker m;
  const ValueId x = m.input("x", DType::f32, {2, 31});
  const ValueId add = m.op("add", "Add", {x, scalar(m, "three", 3)});
  const ValueId clip = m.op("clip", "Clip", {add, scalar(m, "zero", 0), scalar(m, "six", 6)});
  const ValueId mul = m.op("mul", "Mul", {x, clip});
  m.graph.outputs = {m.op("div", "Div", {mul, scalar(m, "sixth", 6)})};
  const std::vector<NamedTensor> inputs = {{"x", floats({2, 31}, ramp(62, 0.4F))}};
  expect_same(m.graph, inputs, 1e-6F);
  EXPECT_EQ(families(m.graph, inputs), std::vector<std::string>{"unary"});
}

TEST(Fusion, GeluSpelledOut) {
  Maker m;
  const ValueId x = m.input("x", DType::f32, {2, 31});
  const ValueId div = m.op("div", "Div", {x, scalar(m, "root", 1.41421356F)});
  const ValueId erf = m.op("erf", "Erf", {div});
  const ValueId add = m.op("add", "Add", {erf, scalar(m, "one", 1)});
  const ValueId mul = m.op("mul", "Mul", {x, add});
  m.graph.outputs = {m.op("half", "Mul", {mul, scalar(m, "h", 0.5F)})};
  const std::vector<NamedTensor> inputs = {{"x", floats({2, 31}, ramp(62, 0.2F))}};
  expect_same(m.graph, inputs, 1e-5F);
  EXPECT_EQ(families(m.graph, inputs), std::vector<std::string>{"unary"});
}

TEST(Fusion, LayerNormalisationSpelledOut) {
  Maker m;
  const ValueId x = m.input("x", DType::f32, {3, 8});
  const ValueId axes = m.ints("axes", {-1});
  const ValueId mean = m.op("mean", "ReduceMean", {x, axes});
  const ValueId d = m.op("d", "Sub", {x, mean});
  const ValueId square = m.op("square", "Pow", {d, scalar(m, "two", 2)});
  const ValueId variance = m.op("variance", "ReduceMean", {square, axes});
  const ValueId add = m.op("add", "Add", {variance, scalar(m, "epsilon", 1e-5F)});
  const ValueId y = m.op("y", "Div", {d, m.op("root", "Sqrt", {add})});
  const ValueId scaled = m.op("scaled", "Mul", {y, m.constant("scale", {8}, ramp(8, 0.1F))});
  m.graph.outputs = {m.op("out", "Add", {scaled, m.constant("bias", {8}, ramp(8, 0.3F))})};
  const std::vector<NamedTensor> inputs = {{"x", floats({3, 8}, ramp(24, 0.5F))}};
  expect_same(m.graph, inputs, 1e-5F);
  EXPECT_EQ(families(m.graph, inputs), std::vector<std::string>{"norm"});
}

TEST(Fusion, GeluByTanhSpelledOut) {
  Maker m;
  const ValueId x = m.input("x", DType::f32, {2, 31});
  const ValueId cube = m.op("cube", "Pow", {x, scalar(m, "three", 3)});
  const ValueId sum = m.op("sum", "Add", {x, m.op("scaled", "Mul", {cube, scalar(m, "c", 0.044715F)})});
  const ValueId tanh = m.op("tanh", "Tanh", {m.op("inner", "Mul", {sum, scalar(m, "r", 0.79788456F)})});
  const ValueId gate = m.op("gate", "Add", {tanh, scalar(m, "one", 1)});
  m.graph.outputs = {m.op("y", "Mul", {m.op("half", "Mul", {x, scalar(m, "h", 0.5F)}), gate})};
  const std::vector<NamedTensor> inputs = {{"x", floats({2, 31}, ramp(62, 0.2F))}};
  expect_same(m.graph, inputs, 1e-5F);
  EXPECT_EQ(families(m.graph, inputs), std::vector<std::string>{"unary"});
}

TEST(Fusion, RootMeanSquareNormalisationSpelledOut) {
  for (const bool divide : {true, false}) {
    Maker m;
    const ValueId x = m.input("x", DType::f32, {3, 8});
    const ValueId mean = m.op("mean", "ReduceMean", {m.op("square", "Mul", {x, x}), m.ints("axes", {-1})});
    const ValueId root = m.op("root", "Sqrt", {m.op("add", "Add", {mean, scalar(m, "epsilon", 1e-6F)})});
    const ValueId y =
        divide ? m.op("y", "Div", {x, root}) : m.op("y", "Mul", {x, m.op("inverse", "Reciprocal", {root})});
    m.graph.outputs = {m.op("scaled", "Mul", {y, m.constant("scale", {8}, ramp(8, 0.1F))})};
    const std::vector<NamedTensor> inputs = {{"x", floats({3, 8}, ramp(24, 0.5F))}};
    expect_same(m.graph, inputs, 1e-5F);
    EXPECT_EQ(families(m.graph, inputs), std::vector<std::string>{"norm"});
  }
}

TEST(Fusion, RecurrentNetworksStepByStep) {
  Maker m;
  const ValueId x = m.input("x", DType::f32, {4, 2, 3});
  const ValueId w = m.constant("w", {1, 20, 3}, ramp(60, 0.02F));
  const ValueId r = m.constant("r", {1, 20, 5}, ramp(100, 0.02F));
  m.graph.outputs = {
      m.op("lstm", "LSTM", {x, w, r, m.constant("b", {1, 40}, ramp(40, 0.01F))}, {{"hidden_size", int64_t{5}}})};
  expect_same(m.graph, {{"x", floats({4, 2, 3}, ramp(24, 0.1F))}}, 1e-5F);
}

Graph conv_chain(const std::string& tail) {
  Maker m;
  const ValueId x = m.input("x", DType::f32, {1, 3, 6, 5});
  const ValueId w = m.constant("w", {4, 3, 3, 3}, ramp(108, 0.05F));
  ValueId y = m.op("conv", "Conv", {x, w}, {{"pads", std::vector<int64_t>{1, 1, 1, 1}}});
  if (tail == "norm") {
    y = m.op("norm", "BatchNormalization",
             {y, m.constant("s", {4}, {1, 2, 0.5F, -1}), m.constant("b", {4}, {0, 1, 2, 3}),
              m.constant("mean", {4}, {0.1F, 0.2F, -0.1F, 0}), m.constant("var", {4}, {1, 0.5F, 2, 0.1F})});
  } else if (tail == "scale") {
    y = m.op("mul", "Mul", {y, m.constant("s", {1, 4, 1, 1}, {1, 2, 0.5F, -1})});
    y = m.op("add", "Add", {scalar(m, "b", 0.25F), y});
  } else if (tail == "residual") {
    y = m.op("add", "Add", {y, m.op("other", "Conv", {x, m.constant("v", {4, 3, 1, 1}, ramp(12, 0.1F))})});
  }
  m.graph.outputs = {m.op("relu", "Relu", {y})};
  return std::move(m.graph);
}

TEST(Fusion, EverythingBehindAConvolutionGoesIntoIt) {
  const std::vector<NamedTensor> inputs = {{"x", floats({1, 3, 6, 5}, ramp(90, 0.1F))}};
  for (const char* tail : {"norm", "scale", ""}) {
    const Graph graph = conv_chain(tail);
    expect_same(graph, inputs, 1e-5F);
    EXPECT_EQ(families(graph, inputs), std::vector<std::string>{"conv"}) << tail;
  }
  const Graph residual = conv_chain("residual");
  expect_same(residual, inputs, 1e-5F);
  EXPECT_EQ(families(residual, inputs), (std::vector<std::string>{"conv", "conv"}));
}

TEST(Fusion, TransposesOfAttentionAreAbsorbedByIt) {
  Maker m;
  const ValueId x = m.input("x", DType::f32, {1, 4, 6});
  const auto heads = [&](const std::string& name) {
    const ValueId split = m.op(name + "r", "Reshape", {x, m.ints(name + "s", {1, 4, 2, 3})});
    return m.op(name, "Transpose", {split}, {{"perm", std::vector<int64_t>{0, 2, 1, 3}}});
  };
  const ValueId k = m.op("kt", "Transpose", {heads("k")}, {{"perm", std::vector<int64_t>{0, 1, 3, 2}}});
  const ValueId scores = m.op("scores", "MatMul", {heads("q"), k});
  m.graph.outputs = {m.op("mix", "MatMul", {m.op("softmax", "Softmax", {scores}), heads("v")})};
  const std::vector<NamedTensor> inputs = {{"x", floats({1, 4, 6}, ramp(24, 0.1F))}};
  expect_same(m.graph, inputs, 1e-5F);
  EXPECT_EQ(families(m.graph, inputs), std::vector<std::string>{"attention"});
}

TEST(Fusion, ZerosAroundAnImageBecomePadsOfTheConvolution) {
  Maker m;
  const ValueId x = m.input("x", DType::f32, {1, 2, 5, 6});
  const ValueId pads = m.ints("pads", {0, 0, 1, 0, 0, 0, 2, 1});
  const ValueId weight = m.constant("w", {3, 2, 3, 2}, ramp(36, 0.05F));
  const ValueId padded = m.op("pad", "Pad", {x, pads});
  m.graph.outputs = {m.op("conv", "Conv", {padded, weight}, {{"strides", std::vector<int64_t>{2, 1}}})};
  const std::vector<NamedTensor> inputs = {{"x", floats({1, 2, 5, 6}, ramp(60, 0.2F))}};
  expect_same(m.graph, inputs, 1e-6F);
  EXPECT_EQ(families(m.graph, inputs), std::vector<std::string>{"conv"});
}

}  // namespace
}  // namespace walle::passes
