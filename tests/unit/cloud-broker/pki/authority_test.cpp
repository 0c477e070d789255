#include "cloud-broker/pki/authority.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "cloud-broker/process/process.h"
#include "libwalle/base/file.h"
#include "tests/support/temporary_folder.h"

namespace walle::pki {
namespace {

class AuthorityTest : public testing::Test {
 protected:
  // openssl's own command line is the independent judge.
  int verify(const std::string& certificate, const std::string& purpose) {
    EXPECT_TRUE(write_file_atomically(folder_ / "c.pem", certificate));
    const auto outcome = process::run(
        {"openssl", "verify", "-x509_strict", "-purpose", purpose, "-CAfile", folder_ / "ca.crt", folder_ / "c.pem"});
    return outcome ? outcome->exit_code : -1;
  }
  std::string text(const std::string& certificate) {
    EXPECT_TRUE(write_file_atomically(folder_ / "c.pem", certificate));
    return process::run({"openssl", "x509", "-noout", "-text", "-in", folder_ / "c.pem"})->output;
  }
  support::TemporaryFolder folder_;
};

TEST_F(AuthorityTest, IsMadeOnceWithAPrivateKey) {
  const auto first = Authority::open(folder_.path());
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(Authority::open(folder_.path())->certificate_pem(), first->certificate_pem());
  struct stat info {};
  ASSERT_EQ(::stat((folder_ / "ca.key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
}

TEST_F(AuthorityTest, DeviceCertificateIsForClientsOnlyAndCarriesItsName) {
  const auto authority = Authority::open(folder_.path());
  const auto request = make_request("whatever it calls itself");
  const auto certificate = authority->sign_request(request->csr_pem, "reader-7");
  ASSERT_TRUE(certificate) << certificate.error().message;
  EXPECT_EQ(verify(*certificate, "sslclient"), 0);
  EXPECT_NE(verify(*certificate, "sslserver"), 0);
  EXPECT_NE(text(*certificate).find("CN = reader-7"), std::string::npos);
  EXPECT_NE(text(*certificate).find("CA:FALSE"), std::string::npos);
}

TEST_F(AuthorityTest, ServerCertificateNamesItsHosts) {
  const auto authority = Authority::open(folder_.path());
  const auto server = authority->issue_server("broker.example", {"broker.example", "127.0.0.1", "::1"});
  ASSERT_TRUE(server) << server.error().message;
  EXPECT_EQ(verify(server->certificate_pem, "sslserver"), 0);
  EXPECT_NE(text(server->certificate_pem).find("DNS:broker.example, IP Address:127.0.0.1"), std::string::npos);
  EXPECT_FALSE(authority->issue_server("x", {"a,URI:b"}));
}

TEST_F(AuthorityTest, BadRequestsAreRefused) {
  const auto authority = Authority::open(folder_.path());
  EXPECT_EQ(authority->sign_request("nonsense", "d").error().code, ErrorCode::invalid_argument);
  ASSERT_TRUE(process::run({"openssl", "req", "-new", "-newkey", "rsa:1024", "-nodes", "-subj", "/CN=d", "-keyout",
                            folder_ / "k", "-out", folder_ / "weak.csr"}));
  EXPECT_EQ(authority->sign_request(*read_text(folder_ / "weak.csr"), "d").error().code, ErrorCode::invalid_argument);
  auto request = make_request("d")->csr_pem;
  request[request.size() / 2] = request[request.size() / 2] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(authority->sign_request(request, "d"));
}

TEST_F(AuthorityTest, KeyOfAnotherCertificateIsNoticed) {
  ASSERT_TRUE(Authority::open(folder_.path()));
  ASSERT_TRUE(write_file_atomically(folder_ / "ca.key", make_request("x")->key_pem));
  EXPECT_EQ(Authority::open(folder_.path()).error().code, ErrorCode::data_loss);
}

}  // namespace
}  // namespace walle::pki
