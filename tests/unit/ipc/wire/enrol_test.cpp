#include "ipc/wire/enrol.h"

#include <gtest/gtest.h>

namespace walle::wire {
namespace {

TEST(Enrol, RequestComesBack) {
  const auto got = decode_enrol_request(encode_enrol_request(
      {.token = "t", .csr_pem = "csr", .labels = {{"room", "lab"}}, .hardware = {{"cores", 2}}, .device = "d1"}));
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(got->token, "t");
  EXPECT_EQ(got->labels.at("room"), "lab");
  EXPECT_EQ(got->device, "d1");
}

TEST(Enrol, ResponseComesBack) {
  const auto got = decode_enrol_response(encode_enrol_response({.device = "d1",
                                                                .certificate_pem = "c",
                                                                .ca_pem = "a",
                                                                .mqtt_url = "ssl://h:8883",
                                                                .origin_urls = {"https://h:8443/v1"},
                                                                .root = {{"signed", Value::object()}}}));
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(got->mqtt_url, "ssl://h:8883");
  EXPECT_TRUE(got->root.contains("signed"));
}

TEST(Enrol, BadNamesAreRefused) {
  EXPECT_FALSE(decode_enrol_request(encode_enrol_request({.token = "t", .csr_pem = "c", .device = "a/b"})));
  EXPECT_FALSE(decode_enrol_response(encode_enrol_response({.device = "../x", .root = Value::object()})));
  EXPECT_FALSE(decode_enrol_request("{}"));
}

}  // namespace
}  // namespace walle::wire
