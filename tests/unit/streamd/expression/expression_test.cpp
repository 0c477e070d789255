#include "streamd/expression/expression.h"

#include <gtest/gtest.h>

namespace walle::expression {
namespace {

const Value& event() {
  static const Value kEvent{{"id", "image"},
                            {"page", "reader"},
                            {"a", {1, 2.5, "x", nullptr}},
                            {"contents", {{"lux", 120}, {"text", "hello"}, {"big", INT64_MAX}}}};
  return kEvent;
}

Value eval(std::string_view text) {
  const auto expression = Expression::parse(text);
  if (!expression) return expression.error().message;
  const auto value = expression->evaluate(event());
  return value ? *value : Value(value.error().message);
}

std::string message(std::string_view text) {
  const auto expression = Expression::parse(text);
  return expression ? "" : expression.error().message;
}

TEST(Expression, ReadsFields) {
  EXPECT_EQ(eval("id"), "image");
  EXPECT_EQ(eval("contents.lux"), 120);
  EXPECT_EQ(eval("contents[\"text\"]"), "hello");
  EXPECT_EQ(eval("a[0]"), 1);
  EXPECT_EQ(eval("a[-2]"), "x");
  EXPECT_EQ(eval("_.contents.lux"), 120);
}

TEST(Expression, GivesNullForWhatIsMissing) {
  EXPECT_EQ(eval("nothing"), nullptr);
  EXPECT_EQ(eval("id.deeper.still"), nullptr);
  EXPECT_EQ(eval("a[99]"), nullptr);
  EXPECT_EQ(eval("nothing + 1"), nullptr);
  EXPECT_EQ(eval("nothing < 1"), false);
  EXPECT_EQ(eval("nothing == null"), true);
  EXPECT_EQ(eval("1 / 0"), nullptr);
  EXPECT_EQ(eval("1 % 0"), nullptr);
}

TEST(Expression, ComputesWithTheUsualPrecedence) {
  EXPECT_EQ(eval("1 + 2 * 3"), 7);
  EXPECT_EQ(eval("(1 + 2) * 3"), 9);
  EXPECT_EQ(eval("10 - 3 - 2"), 5);
  EXPECT_EQ(eval("7 / 2"), 3.5);
  EXPECT_EQ(eval("-7 % 3"), 2);
  EXPECT_EQ(eval("2 - -2"), 4);
  EXPECT_EQ(eval("1.5e2"), 150.0);
  EXPECT_EQ(eval("'a' + \"b\""), "ab");
}

TEST(Expression, GoesToFloatsWhereIntegersEnd) {
  EXPECT_TRUE(eval("contents.big + 1").is_number_float());
  EXPECT_EQ(eval("contents.big - 1"), INT64_MAX - 1);
  EXPECT_EQ(eval("99999999999999999999"), 1e20);
}

TEST(Expression, DecidesLogic) {
  EXPECT_EQ(eval("contents.lux > 100 and page == 'reader'"), true);
  EXPECT_EQ(eval("contents.lux > 200 or not (id == 'x')"), true);
  EXPECT_EQ(eval("not id"), false);
  EXPECT_EQ(eval("'x' in a"), true);
  EXPECT_EQ(eval("'y' not in a"), true);
  EXPECT_EQ(eval("'ell' in contents.text"), true);
  EXPECT_EQ(eval("id in ['image', 'photo']"), true);
  EXPECT_EQ(eval("false and (1 < 'x')"), false);
}

TEST(Expression, CallsFunctions) {
  EXPECT_EQ(eval("len(contents.text)"), 5);
  EXPECT_EQ(eval("max(1, contents.lux, 3)"), 120);
  EXPECT_EQ(eval("min([4, 2, 3])"), 2);
  EXPECT_EQ(eval("round(2.5)"), 2);
  EXPECT_EQ(eval("upper(id)"), "IMAGE");
  EXPECT_EQ(eval("has(contents.lux) and not has(contents.lax)"), true);
  EXPECT_EQ(eval("int('12') + float('0.5')"), 12.5);
  EXPECT_EQ(eval("str(12)"), "12");
  EXPECT_EQ(eval("abs(-3)"), 3);
}

TEST(Expression, NamesWrongTypes) {
  EXPECT_NE(eval("1 + 'a'").get<std::string>().find("number + string"), std::string::npos);
  EXPECT_NE(eval("contents < 3").get<std::string>().find("object < number"), std::string::npos);
}

TEST(Expression, SaysWhereItIsWrong) {
  EXPECT_EQ(message("1 +"), "expression, position 4: found the end, expected a value or a field");
  EXPECT_EQ(message("(1"), "expression, position 3: found the end, expected ')'");
  EXPECT_EQ(message("a b"), "expression, position 3: found 'b', expected an operator or the end");
  EXPECT_NE(message("foo(1)").find("position 1: no function 'foo'"), std::string::npos);
  EXPECT_NE(message("len()").find("takes 1 to 1 arguments, not 0"), std::string::npos);
  EXPECT_NE(message("'abc").find("without its closing quote"), std::string::npos);
}

TEST(Expression, BoundsLengthAndDepth) {
  EXPECT_NE(message(std::string(5000, '1')), "");
  EXPECT_NE(message(std::string(2000, '(')).find("nested deeper"), std::string::npos);
  EXPECT_NE(message(std::string(2000, '-') + "1").find("nested deeper"), std::string::npos);
  std::string sum = "1";
  for (int i = 0; i < 1000; ++i) sum += "+1";
  EXPECT_NE(message(sum).find("nested deeper"), std::string::npos);
}

}  // namespace
}  // namespace walle::expression
