#include "libwalle/import/onnx.h"

#include <gtest/gtest.h>

#include "tests/unit/libwalle/import/proto_model.h"

namespace walle::import::testing {
namespace {

TEST(LoadOnnx, InfersWithSymbols) {
  ProtoModel m;
  m.node("Relu", {"x"}, "y");
  m.output("y");
  const auto graph = m.load();
  ASSERT_TRUE(graph.has_value()) << graph.error().message;
  const graph::Shape& shape = *graph->value(graph->outputs[0]).shape;
  EXPECT_EQ(shape[0], (*graph->value(graph->inputs[0]).shape)[0]);
  EXPECT_EQ(shape[1], graph::Dim(4));
}

TEST(LoadOnnx, PutsNodesIntoOrder) {
  ProtoModel m;
  m.node("Relu", {"a"}, "y");
  m.node("Neg", {"x"}, "a");
  m.output("y");
  const auto graph = m.load();
  ASSERT_TRUE(graph.has_value()) << graph.error().message;
  EXPECT_EQ(graph->nodes[0].op->name, "Neg");
}

TEST(LoadOnnx, KeepsMetadata) {
  ProtoModel m;
  m.node("Relu", {"x"}, "y");
  m.output("y");
  auto* entry = m.proto.add_metadata_props();
  entry->set_key("character");
  entry->set_value("abc");
  EXPECT_EQ(m.load()->metadata.at("character"), "abc");
}

TEST(LoadOnnx, AnInitialiserIsNoInput) {
  ProtoModel m;
  m.input("w", {4});
  m.weight("w", {4}, 4);
  m.node("Add", {"x", "w"}, "y");
  m.output("y");
  const auto graph = m.load();
  ASSERT_TRUE(graph.has_value()) << graph.error().message;
  EXPECT_EQ(graph->inputs.size(), 1U);
}

TEST(LoadOnnx, OldAttributesBecomeOperands) {
  ProtoModel m;
  m.proto.mutable_opset_import(0)->set_version(9);
  auto& slice = m.node("Slice", {"x"}, "y");
  for (const auto& [name, value] : {std::pair("starts", 1), std::pair("ends", 3), std::pair("axes", 1)}) {
    auto* attribute = slice.add_attribute();
    attribute->set_name(name);
    attribute->set_type(onnx::AttributeProto::INTS);
    attribute->add_ints(value);
  }
  m.output("y");
  const auto graph = m.load();
  ASSERT_TRUE(graph.has_value()) << graph.error().message;
  EXPECT_EQ(graph->nodes[0].operands.size(), 4U);
  EXPECT_EQ((*graph->value(graph->outputs[0]).shape)[1], graph::Dim(2));
}

TEST(LoadOnnx, CapturesBecomeOperandsAndConstantsAreCopied) {
  const auto graph = model_with_branches().load();
  ASSERT_TRUE(graph.has_value()) << graph.error().message;
  const graph::Node& branch = graph->nodes.back();
  ASSERT_EQ(branch.blocks.size(), 2U);
  EXPECT_EQ(branch.operands.size(), 2U) << "the condition and x";
  EXPECT_EQ(branch.blocks[0]->inputs.size(), 1U);
  EXPECT_EQ(branch.blocks[0]->nodes[0].op->name, "Add") << "then comes first";
  EXPECT_EQ(graph->value(graph->outputs[0]).shape->size(), 2U);
}

onnx::FunctionProto& local_function(ProtoModel& m, const std::string& inner_op, const std::string& inner_domain) {
  auto& function = *m.proto.add_functions();
  function.set_name("F");
  function.set_domain("local");
  function.add_input("a");
  function.add_output("b");
  function.add_opset_import()->set_version(17);
  auto& inner = *function.add_node();
  inner.set_op_type(inner_op);
  inner.set_domain(inner_domain);
  inner.add_input("a");
  inner.add_output("b");
  return function;
}

TEST(LoadOnnx, ExpandsLocalFunctions) {
  ProtoModel m;
  local_function(m, "Neg", "");
  m.node("F", {"x"}, "t").set_domain("local");
  m.node("F", {"t"}, "y").set_domain("local");
  m.output("y");
  const auto graph = m.load();
  ASSERT_TRUE(graph.has_value()) << graph.error().message;
  ASSERT_EQ(graph->nodes.size(), 2U);
  EXPECT_EQ(graph->nodes[1].op->name, "Neg");
}

TEST(LoadOnnx, RefusesAFunctionThatCallsItself) {
  ProtoModel m;
  local_function(m, "F", "local");
  m.node("F", {"x"}, "y").set_domain("local");
  m.output("y");
  EXPECT_NE(m.error().find("without end"), std::string::npos) << m.error();
}

}  // namespace
}  // namespace walle::import::testing
