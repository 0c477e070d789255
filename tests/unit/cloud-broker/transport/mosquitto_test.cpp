#include "cloud-broker/transport/mosquitto.h"

#include <gtest/gtest.h>

namespace walle::transport {
namespace {

TEST(MosquittoConfiguration, AsksForCertificatesAndTls13) {
  const std::string conf =
      mosquitto_conf({.folder = "/f", .port = 8883, .ca = "/ca", .certificate = "/c", .key = "/k"});
  for (const char* line :
       {"listener 8883 0.0.0.0\n", "require_certificate true\n", "use_identity_as_username true\n",
        "allow_anonymous false\n", "tls_version tlsv1.3\n", "set_tcp_nodelay true\n", "acl_file /f/acl\n"})
    EXPECT_NE(conf.find(line), std::string::npos) << line;
}

TEST(MosquittoConfiguration, ConfinesADeviceToItsOwnTopics) {
  const std::string acl = mosquitto_acl({.service_user = "walle-broker"});
  EXPECT_NE(acl.find("pattern write walle/1/+/%u/report\n"), std::string::npos);
  EXPECT_NE(acl.find("pattern read walle/1/+/%u/offer\n"), std::string::npos);
  EXPECT_NE(acl.find("user walle-broker\ntopic readwrite walle/1/#\n"), std::string::npos);
  EXPECT_EQ(acl.find("pattern readwrite"), std::string::npos);
}

}  // namespace
}  // namespace walle::transport
