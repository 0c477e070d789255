#include "daemon/net/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace walle::net {
namespace {

using testing::HasSubstr;

TEST(NetConfig, EmptyIsTheDefaults) {
  const auto config = parse_config("");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->report_us, 60'000'000);
  EXPECT_EQ(config->socket, "/run/walle/net.sock");
}

TEST(NetConfig, EveryKeyIsRead) {
  const auto config = parse_config(R"(
state_dir = "/s"
identity_dir = "/i"
socket = "/n.sock"
report_interval = "5s"
[labels]
room = "lab"
[cloud]
mqtt_url = "ssl://h:1"
origins = ["https://o/v1"]
[limits]
bandwidth = "500K"
[enrol]
url = "https://h:8443"
token_file = "/t"
ca_file = "/c"
device = "d1"
)");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->state_folder, "/s");
  EXPECT_EQ(config->identity_folder, "/i");
  EXPECT_EQ(config->report_us, 5'000'000);
  EXPECT_EQ(config->labels.at("room"), "lab");
  EXPECT_EQ(config->origins, std::vector<std::string>{"https://o/v1"});
  EXPECT_EQ(config->bytes_per_second, 500 << 10);
  EXPECT_EQ(config->enrol_device, "d1");
}

TEST(NetConfig, MistakesNameKeyAndLine) {
  EXPECT_THAT(parse_config("stat_dir = \"x\"").error().message, HasSubstr("'stat_dir' is unknown; known are"));
  EXPECT_THAT(parse_config("\n[cloud]\nurl = \"x\"").error().message,
              HasSubstr("'cloud.url' is unknown; known are mqtt_url, origins (line 3)"));
  EXPECT_THAT(parse_config("report_interval = 5").error().message, HasSubstr("report_interval"));
  EXPECT_THAT(parse_config("report_interval = \"1ms\"").error().message, HasSubstr("at least 1s"));
  EXPECT_THAT(parse_config("cloud = 3").error().message, HasSubstr("'cloud' must be a table"));
  EXPECT_THAT(parse_config("x = [").error().message, HasSubstr("line 1"));
}

}  // namespace
}  // namespace walle::net
