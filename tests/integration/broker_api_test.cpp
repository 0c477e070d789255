#include <gtest/gtest.h>

#include "libwalle/base/file.h"
#include "tests/integration/broker_support.h"

namespace walle::test {
namespace {

class BrokerApi : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(broker_.start()) << "walle-broker does not get ready"; }
  support::TemporaryFolder folder_;
  BrokerProcess broker_{folder_.path()};
  Scenario scenario_{folder_.path(), folder_ / "state"};
};

TEST_F(BrokerApi, AdminsNeedTheirToken) {
  EXPECT_EQ(broker_.get("/healthz", false).status, 200);
  for (const char* path : {"/v1/releases", "/v1/devices", "/v1/results", "/v1/audit"})
    EXPECT_EQ(broker_.get(path, false).status, 401) << path;
  EXPECT_EQ(broker_.get("/v1/releases").status, 200);
}

TEST_F(BrokerApi, BadRequestsAreRefusedWithTheReason) {
  EXPECT_EQ(broker_.get("/v1/nothing").status, 404);
  EXPECT_EQ(broker_.get("/v1/devices?limit=0").status, 400);
  EXPECT_EQ(broker_.get("/v1/devices/none").status, 404);
  const auto unknown = broker_.post("/v1/tokens", {{"usess", 1}});
  EXPECT_EQ(unknown.status, 400);
  EXPECT_NE(unknown.body.find("known are device labels uses lifetime_s"), std::string::npos) << unknown.body;
  EXPECT_EQ(broker_.post("/v1/releases", {{"repository", "relative"}, {"tag", "ocr/v1.0.0"}}).status, 400);
  EXPECT_EQ(broker_.post("/v1/releases", {{"repository", "/nowhere"}, {"tag", "ocr/v1.0.0"}}).status, 404);
  EXPECT_EQ(broker_.post("/v1/enrol", {{"token", "wrong"}, {"csr_pem", "x"}}).status, 403);
}

TEST_F(BrokerApi, UnsignedTagsAreRefused) {
  scenario_.tag("1.0.0", /*sign=*/false);
  const auto refused = broker_.post("/v1/releases", {{"repository", scenario_.path()}, {"tag", "ocr/v1.0.0"}});
  EXPECT_EQ(refused.status, 403) << refused.body;
}

TEST_F(BrokerApi, RepeatedRequestsWithAKeyHappenOnce) {
  scenario_.tag("1.0.0");
  const Value body = {{"repository", scenario_.path()}, {"tag", "ocr/v1.0.0"}};
  const auto first = broker_.post("/v1/releases", body, "key-1");
  const auto second = broker_.post("/v1/releases", body, "key-1");
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(first.body, second.body);
  EXPECT_EQ(broker_.get("/v1/releases").json["releases"].size(), 1U);
  EXPECT_EQ(broker_.post("/v1/releases", {{"repository", "/other"}, {"tag", "x/v1.0.0"}}, "key-1").status, 409);
}

TEST_F(BrokerApi, BlobsAreServedWithRange) {
  scenario_.tag("1.0.0");
  const auto made = broker_.post("/v1/releases", {{"repository", scenario_.path()}, {"tag", "ocr/v1.0.0"}});
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string path = "/v1/blobs/" + made.json.value("manifest_sha256", "");
  const auto whole = broker_.get(path, false);
  ASSERT_EQ(whole.status, 200);
  const auto part = broker_.range(path, 5, 14);
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, whole.body.substr(5, 10));
  EXPECT_EQ(broker_.get("/v1/blobs/" + std::string(64, '0'), false).status, 404);
  EXPECT_EQ(broker_.get("/v1/blobs/..%2f..%2fkeys%2fca.key", false).status, 404);
  EXPECT_EQ(broker_.get("/v1/metadata/..%2f..%2fkeys%2fca.key", false).status, 404);
}

TEST_F(BrokerApi, SimulationGateKeepsAReleaseWithoutCasesBack) {
  scenario_.tag("1.0.0");
  const auto made = broker_.post(
      "/v1/releases",
      {{"repository", scenario_.path()}, {"tag", "ocr/v1.0.0"}, {"plan", "precondition = [\"simulate\"]"}});
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.json.value("state", ""), "draft");
  EXPECT_TRUE(eventually([&] {
    const Value release = broker_.get("/v1/releases/1").json;
    return release.value("state", "") == "draft" &&
           release.value("reason", "").find("has no cases") != std::string::npos;
  }));
}

TEST_F(BrokerApi, TokensEnrolOnceAndOnlyTheirDevice) {
  const std::string token = broker_.post("/v1/tokens", {{"device", "d7"}}).json.value("token", "");
  ScriptedDevice device(broker_, "another", token);
  EXPECT_EQ(device.enrolment.device, "d7") << "the token names the device";
  EXPECT_THROW(ScriptedDevice(broker_, "d8", token), std::runtime_error);
}

}  // namespace
}  // namespace walle::test
