#include <gtest/gtest.h>

#include "tests/unit/libwalle/import/tflite_model.h"

// What operators compute is checked against LiteRT in tests/conformance/tflite.
namespace walle::import::testing {
namespace {

TEST(Tflite, IsKnownByItsMark) {
  EXPECT_TRUE(is_tflite(doubling().bytes()));
  EXPECT_FALSE(is_tflite({}));
  const std::vector<uint8_t> other(64, 'x');
  EXPECT_FALSE(is_tflite(other));
}

TEST(Tflite, InputsAndOutputsKeepTheirNames) {
  const auto graph = doubling().load();
  ASSERT_TRUE(graph) << graph.error().message;
  EXPECT_EQ(graph->value(graph->inputs[0]).name, "x");
  EXPECT_EQ(graph->value(graph->outputs[0]).name, "y");
  EXPECT_EQ(graph::concrete(*graph->value(graph->outputs[0]).shape), (std::vector<int64_t>{2, 3}));
}

TEST(Tflite, TwoTensorsWithOneNameStayApart) {
  TfliteFile file = doubling();
  file.main().tensors[1].name = "x";
  const auto graph = file.load();
  ASSERT_TRUE(graph) << graph.error().message;
  EXPECT_NE(graph->value(graph->inputs[0]).name, graph->value(graph->outputs[0]).name);
}

TEST(Tflite, QuantisedTensorsStayIntegers) {
  TfliteFile file = doubling();
  for (auto& tensor : file.main().tensors) {
    tensor.type = schema::TensorType::INT8;
    tensor.scale = {0.5F};
    tensor.zero = {3};
  }
  const auto graph = file.load();
  ASSERT_TRUE(graph) << graph.error().message;
  EXPECT_EQ(graph->value(graph->inputs[0]).dtype, DType::i8);
  EXPECT_EQ(graph->value(graph->outputs[0]).dtype, DType::i8);
}

TEST(Tflite, BytesAtAnyAddressAreRead) {
  const auto bytes = doubling().bytes();
  std::vector<uint8_t> shifted(bytes.size() + 1);
  std::copy(bytes.begin(), bytes.end(), shifted.begin() + 1);
  EXPECT_TRUE(load_tflite(std::span(shifted).subspan(1)));
}

}  // namespace
}  // namespace walle::import::testing
