#include "tools/walle-ctl/device/expect.h"

#include <gtest/gtest.h>

namespace walle::ctl {
namespace {

std::vector<std::string> compare(const char* expected, const char* given) {
  return differences(parse_json(expected).value(), parse_json(given).value(), {});
}

TEST(Expect, AsksOnlyForWhatIsNamed) { EXPECT_TRUE(compare(R"({"a": 1})", R"({"a": 1, "b": 2})").empty()); }

TEST(Expect, ComparesNumbersWithinTheTolerance) {
  EXPECT_TRUE(compare("1.0", "1.0005").empty());
  EXPECT_TRUE(compare("1", "1.0").empty());
  EXPECT_FALSE(compare("1.0", "1.01").empty());
}

TEST(Expect, NamesThePlaceOfADifference) {
  const auto found =
      compare(R"({"words": [{"text": "a"}, {"text": "b"}]})", R"({"words": [{"text": "a"}, {"text": "c"}]})");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0], "words[1].text: \"c\" instead of \"b\"");
}

TEST(Expect, SaysWhatIsMissingOrHasAnotherLength) {
  EXPECT_EQ(compare(R"({"a": 1})", "{}")[0], "a: is missing");
  EXPECT_NE(compare("[1, 2]", "[1]")[0].find("1 items instead of 2"), std::string::npos);
  EXPECT_EQ(compare(R"({"a": 1})", "null").size(), 1U);
}

}  // namespace
}  // namespace walle::ctl
