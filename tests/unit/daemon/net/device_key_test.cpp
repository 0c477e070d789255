#include "daemon/net/device_key.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "libwalle/base/file.h"
#include "tests/support/temporary_folder.h"

namespace walle::net {
namespace {

struct DeviceKeyTest : testing::Test {
  support::TemporaryFolder folder;
  std::string key = folder / "key.pem";
  void SetUp() override { ASSERT_TRUE(ensure_device_key(key)); }
  /// Output of the openssl program, the independent reader.
  std::string openssl(const std::string& arguments) {
    const std::string out = folder / "out";
    EXPECT_EQ(std::system(("openssl " + arguments + " > '" + out + "' 2>&1").c_str()), 0)
        << read_text(out).value_or("");
    return read_text(out).value_or("");
  }
};

TEST_F(DeviceKeyTest, IsAP256KeyThatOnlyTheOwnerReads) {
  struct stat info {};
  ASSERT_EQ(::stat(key.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  EXPECT_NE(openssl("pkey -in " + key + " -noout -text").find("prime256v1"), std::string::npos);
}

TEST_F(DeviceKeyTest, IsKept) {
  const std::string before = read_text(key).value();
  ASSERT_TRUE(ensure_device_key(key));
  EXPECT_EQ(read_text(key).value(), before);
}

TEST_F(DeviceKeyTest, TheRequestIsSignedAndNamesTheDevice) {
  ASSERT_TRUE(write_file_atomically(folder / "csr.pem", make_signing_request(key, "reader-7").value()));
  const std::string text = openssl("req -verify -noout -subject -in " + (folder / "csr.pem"));
  EXPECT_NE(text.find("reader-7"), std::string::npos) << text;
}

TEST_F(DeviceKeyTest, ACertificateHasToFitKeyAndDevice) {
  openssl("req -x509 -key " + key + " -subj /CN=reader-7 -days 1 -out " + (folder / "good.pem"));
  openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout " + (folder / "other.pem") +
          " -subj /CN=reader-7 -days 1 -out " + (folder / "bad.pem"));
  const std::string good = read_text(folder / "good.pem").value();
  EXPECT_TRUE(check_certificate(good, key, "reader-7"));
  EXPECT_FALSE(check_certificate(good, key, "reader-8"));
  EXPECT_FALSE(check_certificate(read_text(folder / "bad.pem").value(), key, "reader-7"));
  EXPECT_FALSE(check_certificate("nonsense", key, "reader-7"));
}

}  // namespace
}  // namespace walle::net
