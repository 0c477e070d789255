#include "libwalle/graph/signature.h"

#include <gtest/gtest.h>

namespace walle::graph {
namespace {

const OpDef kProbe = {.name = "Probe",
                      .op_class = OpClass::atomic,
                      .attributes =
                          "axis:int=-1, group:int(1..)=1, pads:ints(0..8)?, mode:string(none|add)=none, "
                          "bias:float=0, value:tensor?"};

std::string refusal(const std::string& name, Attribute value) {
  Node node{.name = "p", .op = &kProbe};
  node.attributes[name] = std::move(value);
  const auto status = check_attributes(node);
  return status ? "" : status.error().message;
}

TEST(DeclaredAttribute, IsFoundByItsWholeName) {
  const auto mode = declared_attribute(kProbe.attributes, "mode");
  ASSERT_TRUE(mode.has_value());
  EXPECT_EQ(mode->type, "string");
  EXPECT_EQ(mode->limits, "none|add");
  EXPECT_EQ(declared_attribute(kProbe.attributes, "axis")->type, "int");
  EXPECT_EQ(declared_attribute(kProbe.attributes, "bias")->type, "float");
  EXPECT_FALSE(declared_attribute(kProbe.attributes, "mod").has_value());
  EXPECT_FALSE(declared_attribute("", "mode").has_value());
}

TEST(CheckAttributes, AcceptsWhatIsDeclared) {
  EXPECT_EQ(refusal("axis", int64_t{-7}), "");
  EXPECT_EQ(refusal("group", int64_t{1}), "");
  EXPECT_EQ(refusal("pads", std::vector<int64_t>{0, 8}), "");
  EXPECT_EQ(refusal("mode", std::string("add")), "");
  EXPECT_EQ(refusal("value", engine::Tensor::scalar(1.0F)), "");
}

TEST(CheckAttributes, NamesNodeOperatorAttributeAndTypes) {
  EXPECT_EQ(refusal("axis", 1.0F), "node 'p' (Probe): attribute 'axis' must be of type int, is of type float");
}

TEST(CheckAttributes, RefusesNumbersOutsideTheLimits) {
  EXPECT_NE(refusal("group", int64_t{0}).find("must be in 1.."), std::string::npos);
  EXPECT_NE(refusal("pads", std::vector<int64_t>{0, 9}), "");
  EXPECT_NE(refusal("pads", std::vector<int64_t>{-1}), "");
}

TEST(CheckAttributes, RefusesWordsThatAreNotListed) {
  EXPECT_NE(refusal("mode", std::string("ad")).find("none|add"), std::string::npos);
  EXPECT_NE(refusal("mode", std::string()), "");
}

TEST(CheckAttributes, NamesARequiredAttributeThatIsMissing) {
  const OpDef needy = {
      .name = "Needy", .op_class = OpClass::atomic, .attributes = "to:int, kind:string(a|b), axis:int=0"};
  Node node{.name = "n", .op = &needy};
  node.attributes["to"] = int64_t{1};
  EXPECT_EQ(check_attributes(node).error().message, "node 'n' (Needy): attribute 'kind' is missing");
}

TEST(CheckAttributes, RefusesAttributesThatAreNotDeclared) {
  EXPECT_NE(refusal("mod", int64_t{1}).find("'mod' is not known"), std::string::npos);
}

}  // namespace
}  // namespace walle::graph
