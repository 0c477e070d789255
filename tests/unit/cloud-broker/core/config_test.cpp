#include "cloud-broker/core/config.h"

#include <gtest/gtest.h>

#include "libwalle/base/file.h"
#include "tests/support/temporary_folder.h"

namespace walle::core {
namespace {

std::string error_of(const std::string& text) {
  const support::TemporaryFolder folder;
  EXPECT_TRUE(write_file_atomically(folder / "b.toml", text));
  const auto config = load_config(folder / "b.toml", "/state");
  return config ? "good" : config.error().message;
}

TEST(Config, DefaultsFollowTheStateFolder) {
  const auto config = load_config("", "/srv/walle");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->database, "sqlite:///srv/walle/broker.db");
  EXPECT_EQ(config->allowed_signers, "/srv/walle/allowed_signers");
}

TEST(Config, ErrorsNameLineAndKey) {
  EXPECT_EQ(error_of("[api]\nhttp = \"127.0.0.1:1234\"\n"), "good");
  EXPECT_NE(error_of("[api]\nhtp = \"x\"\n").find("line 2: unknown key api.htp; known are"), std::string::npos);
  EXPECT_NE(error_of("[api]\nhttp = \"127.0.0.1:99999\"\n").find("line 2"), std::string::npos);
  EXPECT_NE(error_of("[api\n").find("line 1"), std::string::npos);
}

TEST(Config, PlainHttpStaysOnLoopback) {
  EXPECT_NE(error_of("[api]\nhttp = \"0.0.0.0:80\"\n").find("loopback only"), std::string::npos);
  EXPECT_EQ(error_of("[api]\nhttp = \"off\"\n"), "good");
}

}  // namespace
}  // namespace walle::core
