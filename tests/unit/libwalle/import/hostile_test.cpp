#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/libwalle/import/proto_model.h"

namespace walle::import::testing {
namespace {

void expect_mentions(const std::string& message, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) EXPECT_NE(message.find(part), std::string::npos) << message;
}

/// One node on the input x.
ProtoModel with_node(const std::string& op, const std::vector<std::string>& in, const std::string& output = "y") {
  ProtoModel m;
  m.node(op, in, "y");
  m.output(output);
  return m;
}

TEST(HostileOnnx, ACycleNamesANode) {
  ProtoModel m;
  m.node("Add", {"x", "b"}, "a");
  m.node("Relu", {"a"}, "b");
  m.output("b");
  expect_mentions(m.error(), {"the Add", "cycle"});
}

TEST(HostileOnnx, AnUndefinedNameIsNamed) {
  expect_mentions(with_node("Relu", {"nothing"}).error(), {"the Relu", "(Relu)", "'nothing'"});
}

TEST(HostileOnnx, ANameMadeTwiceIsNamed) {
  ProtoModel m = with_node("Relu", {"x"});
  m.node("Neg", {"x"}, "y");
  expect_mentions(m.error(), {"the Neg", "'y'", "already"});
}

TEST(HostileOnnx, AnUnknownOperatorIsNamed) {
  expect_mentions(with_node("Frobnicate", {"x"}).error(), {"the Frobnicate", "not known"});
}

TEST(HostileOnnx, AnOutputThatIsNeverMadeIsNamed) {
  expect_mentions(with_node("Relu", {"x"}, "z").error(), {"'z'", "never made"});
}

TEST(HostileOnnx, TooFewOperandsAreRefused) {
  expect_mentions(with_node("Add", {"x"}).error(), {"the Add", "number of operands"});
  expect_mentions(with_node("Add", {"", "x"}).error(), {"the Add", "operand 0 is missing"});
}

TEST(HostileOnnx, AnAttributeOfTheWrongTypeIsRefused) {
  ProtoModel m;
  auto& node = m.node("Softmax", {"x"}, "y");
  auto* attribute = node.add_attribute();
  attribute->set_name("axis");
  attribute->set_type(onnx::AttributeProto::STRING);
  attribute->set_s("one");
  m.output("y");
  expect_mentions(m.error(), {"the Softmax", "(Softmax)", "'axis'", "of type int", "string"});
}

TEST(HostileOnnx, WeightsWithWrongDimensionsAreRefused) {
  const auto with_weight = [](const std::vector<int64_t>& dims, size_t values) {
    ProtoModel m = with_node("Relu", {"w"});
    m.weight("w", dims, values);
    return m.error();
  };
  expect_mentions(with_weight({int64_t{1} << 39, int64_t{1} << 39}, 1), {"'w'", "too many elements"});
  expect_mentions(with_weight({int64_t{1} << 62, int64_t{1} << 62}, 1), {"'w'", "out of range"});
  expect_mentions(with_weight({100000}, 3), {"'w'", "bytes"});
  expect_mentions(with_weight({-5}, 0), {"'w'", "-5"});
}

TEST(HostileOnnx, AnInputWithAnAbsurdDimensionIsRefused) {
  ProtoModel m = with_node("Relu", {"z"});
  m.input("z", {-7});
  expect_mentions(m.error(), {"'z'", "-7"});
}

TEST(HostileOnnx, AResultThatNoMemoryHoldsIsRefused) {
  ProtoModel m;
  auto& shape = *m.graph().add_initializer();
  shape.set_name("shape");
  shape.set_data_type(onnx::TensorProto::INT64);
  shape.add_dims(2);
  for (int i = 0; i < 2; ++i) shape.add_int64_data(int64_t{1} << 39);
  m.node("ConstantOfShape", {"shape"}, "y");
  m.output("y");
  expect_mentions(m.error(), {"the ConstantOfShape", "'y'", "too large"});
}

TEST(HostileOnnx, ANewerOpsetIsRefused) {
  ProtoModel m = with_node("Relu", {"x"});
  m.proto.mutable_opset_import(0)->set_version(99);
  expect_mentions(m.error(), {"opset 99"});
}

TEST(HostileOnnx, TruncatedBytesAreRefused) {
  const std::string bytes = model_with_branches().proto.SerializeAsString();
  for (size_t size = 0; size + 12 < bytes.size(); size += 3) {
    static_cast<void>(load_onnx({reinterpret_cast<const uint8_t*>(bytes.data()), size}, ""));
  }
  EXPECT_FALSE(load_onnx({}, "").has_value());
}

TEST(HostileOnnx, BlocksNestedTooDeeplyAreRefused) {
  ProtoModel m;
  m.input("s", {});
  m.node("Greater", {"s", "s"}, "c");
  onnx::GraphProto* graph = &m.graph();
  for (int depth = 0; depth < 24; ++depth) {
    auto& branch = ProtoModel::add(*graph, "If", {"c"}, "y" + std::to_string(depth));
    graph->add_output()->set_name("y" + std::to_string(depth));
    graph = &ProtoModel::block(branch, "then_branch");
  }
  expect_mentions(m.error(), {"nested"});
}

/// External data: a folder with weights beside a file that is outside of it.
class ExternalData : public ::testing::Test {
 protected:
  ExternalData() {
    std::filesystem::create_directories(folder + "/model");
    std::ofstream(folder + "/model/w.bin") << std::string(16, '\0');
    std::ofstream(folder + "/secret.bin") << std::string(16, '\0');
  }
  ~ExternalData() override { std::filesystem::remove_all(folder); }

  static ProtoModel at(const std::string& location) {
    ProtoModel m = with_node("Add", {"x", "w"});
    auto& w = m.weight("w", {4}, 0);
    w.set_data_location(onnx::TensorProto::EXTERNAL);
    auto* entry = w.add_external_data();
    entry->set_key("location");
    entry->set_value(location);
    return m;
  }

  std::string folder = ::testing::TempDir() + "onnx_external_" + std::to_string(getpid());
};

TEST_F(ExternalData, IsReadFromTheFolder) {
  const auto graph = at("w.bin").load(folder + "/model");
  EXPECT_TRUE(graph.has_value()) << graph.error().message;
}

TEST_F(ExternalData, OutsideTheFolderIsRefused) {
  expect_mentions(at("../secret.bin").error(folder + "/model"), {"'w'", "outside"});
  std::filesystem::create_symlink(folder + "/secret.bin", folder + "/model/link.bin");
  expect_mentions(at("link.bin").error(folder + "/model"), {"'w'", "outside"});
  EXPECT_FALSE(at(folder + "/secret.bin").load(folder + "/model").has_value());
}

TEST_F(ExternalData, MissingOrShortIsRefused) {
  expect_mentions(at("none.bin").error(folder + "/model"), {"'w'", "none.bin"});
  std::ofstream(folder + "/model/w.bin") << "abc";
  expect_mentions(at("w.bin").error(folder + "/model"), {"'w'", "too short"});
}

}  // namespace
}  // namespace walle::import::testing
