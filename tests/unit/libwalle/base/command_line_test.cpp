#include "libwalle/base/command_line.h"

#include <gtest/gtest.h>

namespace walle {
namespace {

TEST(UsageMessage, NamesTheVerbThatThereIsNot) {
  EXPECT_EQ(usage_message("A subcommand is required", {"--json", "lsit"}), "there is no verb 'lsit' here");
}

TEST(UsageMessage, SaysWhatTheParserSaysOfOptions) {
  EXPECT_EQ(usage_message("The following argument was not expected: --nope", {"--nope"}),
            "The following argument was not expected: --nope");
  EXPECT_EQ(usage_message("A subcommand is required", {}), "a verb is missing");
  EXPECT_EQ(usage_message("A subcommand is required", {"--nope"}), "there is no option '--nope' here");
}

}  // namespace
}  // namespace walle
