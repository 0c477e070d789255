#include "tools/walle-ctl/frame/verb.h"

#include <gtest/gtest.h>

namespace walle::ctl {
namespace {

TEST(Arguments, ReadsWholeNumbersInTheirRange) {
  Arguments arguments;
  arguments.set("--limit", {"12"});
  EXPECT_EQ(arguments.integer("--limit", 5, 1, 100).value(), 12);
  EXPECT_EQ(arguments.integer("--other", 5, 1, 100).value(), 5);
  arguments.set("--limit", {"12x"});
  const auto wrong = arguments.integer("--limit", 5, 1, 100);
  ASSERT_FALSE(wrong);
  EXPECT_TRUE(is_usage_error(wrong.error()));
  EXPECT_NE(wrong.error().message.find("--limit"), std::string::npos);
}

}  // namespace
}  // namespace walle::ctl
