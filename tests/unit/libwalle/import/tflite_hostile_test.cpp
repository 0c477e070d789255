#include <gtest/gtest.h>

#include "tests/unit/libwalle/import/tflite_model.h"

namespace walle::import::testing {
namespace {

void expect_mentions(const std::string& message, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) EXPECT_NE(message.find(part), std::string::npos) << message;
}

/// y = reshape(x, shape), with the shape as a constant.
TfliteFile reshaping(std::vector<uint8_t> shape) {
  TfliteFile file = doubling();
  file.main().tensors.push_back({.name = "shape", .shape = {2}, .type = schema::TensorType::INT32, .buffer = 1});
  file.main().operators = {{.code = schema::BuiltinOperator::RESHAPE, .inputs = {0, 2}, .outputs = {1}}};
  file.buffers.push_back(std::move(shape));
  return file;
}

TEST(HostileTflite, TruncatedBytesAreRefused) {
  const auto bytes = doubling().bytes();
  for (size_t size = 0; size < bytes.size(); ++size) {
    const std::vector<uint8_t> part(bytes.begin(), bytes.begin() + static_cast<long>(size));
    static_cast<void>(load_tflite(part));
  }
  EXPECT_FALSE(load_tflite({}));
  EXPECT_FALSE(load_tflite(std::span(bytes).first(bytes.size() / 2)));
}

TEST(HostileTflite, FlippedBitsNeverCrash) {
  const auto bytes = reshaping({3, 0, 0, 0, 2, 0, 0, 0}).bytes();
  for (size_t i = 0; i < bytes.size() * 8; ++i) {
    auto flipped = bytes;
    flipped[i / 8] = static_cast<uint8_t>(flipped[i / 8] ^ (1U << (i % 8)));
    static_cast<void>(load_tflite(flipped));
  }
}

TEST(HostileTflite, AnotherVersionIsRefused) {
  TfliteFile file = doubling();
  file.version = 4;
  expect_mentions(file.error(), {"version 4"});
}

TEST(HostileTflite, AnUnknownOperatorIsNamed) {
  TfliteFile file = doubling();
  file.main().operators[0].code = schema::BuiltinOperator::SKIP_GRAM;
  expect_mentions(file.error(), {"operator 0", "SKIP_GRAM", "'y'", "not know"});
  file.main().operators[0].code = schema::BuiltinOperator::CUSTOM;
  expect_mentions(file.error(), {"operator 0", "Odd"});
  file.main().operators[0].code = static_cast<schema::BuiltinOperator>(12345);
  expect_mentions(file.error(), {"operator 0", "12345"});
}

TEST(HostileTflite, VariablesWithoutAHandleAreRefused) {
  TfliteFile file = doubling();
  file.main().operators[0].code = schema::BuiltinOperator::VAR_HANDLE;
  expect_mentions(file.error(), {"VAR_HANDLE", "no options"});
  file.main().operators[0].code = schema::BuiltinOperator::READ_VARIABLE;
  expect_mentions(file.error(), {"READ_VARIABLE", "no handle of a variable"});
  file.main().operators[0].code = schema::BuiltinOperator::ASSIGN_VARIABLE;
  expect_mentions(file.error(), {"ASSIGN_VARIABLE", "no handle of a variable"});
}

TEST(HostileTflite, ACallOfItselfAtTheBeginningIsRefused) {
  TfliteFile file = doubling();
  file.main().operators[0].code = schema::BuiltinOperator::CALL_ONCE;
  expect_mentions(file.error(), {"CALL_ONCE", "no options"});
  file.main().operators[0].type = schema::BuiltinOptions::CallOnceOptions;
  file.main().operators[0].numbers = {7};
  expect_mentions(file.error(), {"CALL_ONCE", "subgraph 7 does not exist"});
  file.main().inputs = {};
  file.main().operators[0].numbers = {0};
  expect_mentions(file.error(), {"nested deeper"});
}

TEST(HostileTflite, MissingOptionsAreRefused) {
  TfliteFile file = doubling();
  file.main().operators[0].type = schema::BuiltinOptions::NONE;
  expect_mentions(file.error(), {"operator 0 (ADD)", "options"});
  file.main().operators[0].type = schema::BuiltinOptions::MulOptions;
  expect_mentions(file.error(), {"operator 0 (ADD)", "options"});
}

TEST(HostileTflite, TensorsOutOfRangeAreRefused) {
  TfliteFile file = doubling();
  file.main().operators[0].inputs = {0, 99};
  expect_mentions(file.error(), {"operator 0 (ADD)", "tensor 99"});
  file = doubling();
  file.main().operators[0].outputs = {-7};
  expect_mentions(file.error(), {"operator 0 (ADD)", "-7"});
  file = doubling();
  file.main().outputs = {5};
  expect_mentions(file.error(), {"tensor 5"});
}

TEST(HostileTflite, AnOperatorWithoutResultsIsRefused) {
  TfliteFile file = doubling();
  file.main().operators[0].outputs = {};
  expect_mentions(file.error(), {"operator 0 (ADD)", "no results"});
}

TEST(HostileTflite, TooFewInputsAreRefused) {
  TfliteFile file = doubling();
  file.main().operators[0].inputs = {0};
  expect_mentions(file.error(), {"operator 0 (ADD)", "input 1 is missing"});
}

TEST(HostileTflite, AValueReadBeforeItIsMadeIsNamed) {
  TfliteFile file = doubling();
  file.main().operators[0].inputs = {0, 1};
  expect_mentions(file.error(), {"operator 0 (ADD)", "'y'", "before it is made"});
}

TEST(HostileTflite, AValueMadeTwiceIsNamed) {
  TfliteFile file = doubling();
  file.main().operators.push_back(file.main().operators[0]);
  expect_mentions(file.error(), {"operator 1 (ADD)", "'y'", "again"});
}

TEST(HostileTflite, WrongDimensionsAreRefused) {
  TfliteFile file = doubling();
  file.main().tensors[0].shape = {2, -3};
  expect_mentions(file.error(), {"'x'", "-3"});
  file.main().tensors[0].shape = std::vector<int32_t>(9, 1 << 30);
  expect_mentions(file.error(), {"'x'", "too many elements"});
  file.main().tensors[0].shape = std::vector<int32_t>(65, 1);
  expect_mentions(file.error(), {"'x'", "64 axes"});
}

TEST(HostileTflite, ConstantsOfTheWrongSizeAreRefused) {
  expect_mentions(reshaping({3, 0, 0, 0}).error(), {"'shape'", "8 bytes"});
  TfliteFile outside = reshaping({3, 0, 0, 0, 2, 0, 0, 0});
  outside.offset = 1 << 20;
  expect_mentions(outside.error(), {"'shape'"});
}

TEST(HostileTflite, AShapeThatDoesNotFitNamesTheOperator) {
  expect_mentions(reshaping({4, 0, 0, 0, 2, 0, 0, 0}).error(), {"operator 0 (RESHAPE)", "'y'"});
}

TEST(HostileTflite, AResultThatNoMemoryHoldsIsRefused) {
  TfliteFile file = reshaping({0, 0, 0, 64, 0, 0, 0, 64});
  file.main().operators[0] = {.code = schema::BuiltinOperator::FILL, .inputs = {2, 0}, .outputs = {1}};
  file.main().tensors[0].shape = {};
  expect_mentions(file.error(), {"operator 0 (FILL)", "'y'"});
}

TEST(HostileTflite, ScalesThatDoNotFitAreRefused) {
  TfliteFile file = doubling();
  file.main().tensors[0].type = schema::TensorType::INT8;
  file.main().tensors[0].scale = {1, 2};
  file.main().tensors[0].zero = {0, 0, 0};
  expect_mentions(file.error(), {"'x'", "zero points"});
  file.main().tensors[0].zero = {0, 0};
  file.main().tensors[0].shape = {3, 3};
  expect_mentions(file.error(), {"'x'", "scale"});
}

TEST(HostileTflite, ABodyThatCallsItselfIsRefused) {
  TfliteFile file;
  TfliteFile::Sub sub;
  sub.tensors = {{.name = "c", .shape = {}, .type = schema::TensorType::BOOL}, {.name = "y"}};
  sub.inputs = {0};
  sub.outputs = {1};
  sub.operators = {{.code = schema::BuiltinOperator::WHILE,
                    .inputs = {0},
                    .outputs = {1},
                    .type = schema::BuiltinOptions::WhileOptions,
                    .numbers = {0, 0}}};
  file.subs = {sub};
  expect_mentions(file.error(), {"operator 0 (WHILE)", "nested"});
}

TEST(HostileTflite, ASubgraphThatDoesNotExistIsRefused) {
  TfliteFile file = doubling();
  file.main().operators[0] = {.code = schema::BuiltinOperator::WHILE,
                              .inputs = {0},
                              .outputs = {1},
                              .type = schema::BuiltinOptions::WhileOptions,
                              .numbers = {7, 7}};
  expect_mentions(file.error(), {"operator 0 (WHILE)", "subgraph 7"});
}

}  // namespace
}  // namespace walle::import::testing
