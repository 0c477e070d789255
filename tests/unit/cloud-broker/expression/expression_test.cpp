#include "cloud-broker/expression/expression.h"

#include <gtest/gtest.h>

namespace walle::expression {
namespace {

Value profile() {
  return *parse_json(R"({"labels": {"room": "reading", "floor": "2"}, "memory_mb": 1024, "hardware": {"npu": false},
                         "load": 0.5})");
}

Truth run(std::string_view text) {
  const auto parsed = Expression::parse(text);
  EXPECT_TRUE(parsed) << text << ": " << (parsed ? "" : parsed.error().message);
  return parsed ? parsed->evaluate(profile()) : Truth::unknown;
}

std::string error(std::string_view text) {
  const auto parsed = Expression::parse(text);
  return parsed ? "parsed" : parsed.error().message;
}

TEST(Expression, ComparesStringsAndNumbers) {
  EXPECT_EQ(run(R"(labels.room == "reading" && memory_mb >= 512)"), Truth::yes);
  EXPECT_EQ(run(R"(labels.room != 'reading')"), Truth::no);
  EXPECT_EQ(run("load < 0.75 && load > -1"), Truth::yes);
  EXPECT_EQ(run("512 <= memory_mb"), Truth::yes);
}

TEST(Expression, MissingKeyNeverMatches) {
  EXPECT_EQ(run(R"(labels.wing == "a")"), Truth::unknown);
  EXPECT_EQ(run(R"(!(labels.wing == "a"))"), Truth::unknown);
  EXPECT_EQ(run(R"(labels.wing != "a")"), Truth::unknown);
  EXPECT_FALSE(Expression::parse(R"(labels.wing != "a")")->matches(profile()));
}

TEST(Expression, UnknownIsAbsorbedByTheOtherSide) {
  EXPECT_EQ(run(R"(nothing == 1 || memory_mb > 1)"), Truth::yes);
  EXPECT_EQ(run(R"(nothing == 1 && memory_mb < 1)"), Truth::no);
}

TEST(Expression, TypesThatDoNotCompareAreUnknown) {
  EXPECT_EQ(run(R"(memory_mb == "1024")"), Truth::unknown);
  EXPECT_EQ(run("labels == 1"), Truth::unknown);
}

TEST(Expression, HasInAndTextFunctions) {
  EXPECT_EQ(run("has(labels.room) && !has(labels.wing)"), Truth::yes);
  EXPECT_EQ(run(R"(labels.room in ["reading", "quiet"])"), Truth::yes);
  EXPECT_EQ(run(R"(labels["room"] in ["quiet"])"), Truth::no);
  EXPECT_EQ(run(R"(labels.room.startsWith("read") && labels.room.endsWith("ing") && labels.room.contains("adi"))"),
            Truth::yes);
  EXPECT_EQ(run("!hardware.npu"), Truth::yes);
}

TEST(Expression, AndBindsTighterThanOr) { EXPECT_EQ(run("true || true && false"), Truth::yes); }

TEST(Expression, EmptyTextMatchesAll) {
  EXPECT_TRUE(Expression::parse("  ")->matches(profile()));
  EXPECT_TRUE(Expression().matches(profile()));
}

TEST(Expression, ErrorsNameTheColumn) {
  EXPECT_EQ(error("labels.room = 1"), "expression, column 13: expected &&, || or the end");
  EXPECT_EQ(error("a == "), "expression, column 6: expected a name, a literal or (");
  EXPECT_EQ(error("(a == 1"), "expression, column 8: expected )");
  EXPECT_EQ(error("a == \"x"), "expression, column 6: this string is not closed");
  EXPECT_NE(error("a.matches(\"x\")").find("startsWith"), std::string::npos);
  EXPECT_EQ(error("1.2.3 == a"), "expression, column 1: expected a literal");
}

TEST(Expression, DeepNestingIsRefused) {
  EXPECT_NE(error(std::string(2000, '(') + "a"), "parsed");
  EXPECT_NE(error(std::string(3000, '!') + "a"), "parsed");
  EXPECT_NE(error(std::string(kMaxText + 1, ' ')), "parsed");
}

TEST(Expression, ExplainsWhatDecided) {
  const auto parsed = Expression::parse(R"(labels.room == "kitchen" && has(labels.room) && gpu_mb >= 1)");
  EXPECT_EQ(
      parsed->explain(profile()),
      R"(labels.room == "kitchen" is false (labels.room is "reading"); gpu_mb >= 1 is unknown (the profile has no gpu_mb))");
  EXPECT_EQ(Expression::parse("memory_mb > 1")->explain(profile()), "");
}

}  // namespace
}  // namespace walle::expression
