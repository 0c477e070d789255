#include <gtest/gtest.h>

#include <filesystem>

#include "cloud-broker/process/process.h"
#include "tests/integration/broker_support.h"

namespace walle::test {
namespace {

class BrokerFaults : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(broker_.start()) << "walle-broker does not get ready"; }
  std::string token() { return broker_.post("/v1/tokens", {{"uses", 10}}).json.value("token", ""); }
  Value create(const std::string& version) {
    return broker_.post("/v1/releases", {{"repository", scenario_.path()}, {"tag", "ocr/v" + version}}).json;
  }
  std::string state_of(int64_t counter) {
    return broker_.get("/v1/releases/" + std::to_string(counter)).json.value("state", "");
  }

  support::TemporaryFolder folder_;
  BrokerProcess broker_{folder_.path()};
  Scenario scenario_{folder_.path(), folder_ / "state"};
};

TEST_F(BrokerFaults, KilledMosquittoComesBackAndTheReleaseGoesOn) {
  scenario_.tag("1.0.0");
  ScriptedDevice device(broker_, "d1", token());
  ASSERT_TRUE(device.connect());
  const Value release = create("1.0.0");
  broker_.kill_mosquitto();
  const auto task = device.wait_for_task(0, 20);
  ASSERT_TRUE(task);
  broker_.kill_mosquitto();
  device.settle(*task, true);
  EXPECT_TRUE(eventually(
      [&] {
        if (!device.connect(1)) return false;
        device.report();
        static_cast<void>(device.ack(1));
        return state_of(release["counter"]) == "released";
      },
      20));
}

TEST_F(BrokerFaults, KilledBrokerEndsInTheSameState) {
  scenario_.tag("1.0.0");
  ScriptedDevice device(broker_, "d1", token());
  ASSERT_TRUE(device.connect());
  const Value release = create("1.0.0");
  broker_.kill_hard();
  ASSERT_TRUE(broker_.start());
  EXPECT_EQ(state_of(release["counter"]), "beta");
  ASSERT_TRUE(device.connect());
  const auto task = device.wait_for_task(0, 20);
  ASSERT_TRUE(task);
  EXPECT_EQ(device.fetch(*task), "");
  broker_.kill_hard();
  ASSERT_TRUE(broker_.start());
  device.settle(*task, true);
  ASSERT_TRUE(device.connect());
  EXPECT_TRUE(eventually([&] {
    device.report();
    static_cast<void>(device.ack(1));
    return state_of(release["counter"]) == "released";
  }));
  const auto verified = process::run(
      {std::string(WALLE_BINARY_DIR) + "/bin/walle-broker", "--state-dir", broker_.state(), "audit", "verify"});
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->exit_code, 0) << verified->errors;
}

TEST_F(BrokerFaults, BackupTakenWhileRunningRestoresTheReleases) {
  scenario_.tag("1.0.0");
  ScriptedDevice device(broker_, "d1", token());
  const Value release = create("1.0.0");
  const std::string program = std::string(WALLE_BINARY_DIR) + "/bin/walle-broker";
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {program, "--state-dir", broker_.state()});
    const auto outcome = process::run(arguments);
    ASSERT_TRUE(outcome);
    ASSERT_EQ(outcome->exit_code, 0) << outcome->errors;
  };
  run({"backup", folder_ / "copy"});
  broker_.kill_hard();
  std::filesystem::remove_all(broker_.state());
  run({"restore", folder_ / "copy"});
  ASSERT_TRUE(broker_.start());
  EXPECT_EQ(state_of(release["counter"]), "beta");
  ASSERT_TRUE(device.connect());
  const auto task = device.wait_for_task(0);
  ASSERT_TRUE(task);
  EXPECT_EQ(device.fetch(*task), "") << "keys, metadata and blobs are those of before";
}

TEST_F(BrokerFaults, MovedTagIsRefused) {
  scenario_.tag("1.0.0");
  ASSERT_EQ(create("1.0.0").value("state", ""), "beta");
  scenario_.git({"commit", "-q", "--allow-empty", "-m", "later"});
  scenario_.git({"tag", "-f", "-s", "ocr/v1.0.0", "-m", "moved"});
  const Value refused = create("1.0.0");
  EXPECT_EQ(refused["error"].value("code", ""), "failed_precondition") << to_json(refused);
  EXPECT_NE(refused["error"].value("message", "").find("has moved"), std::string::npos);
}

}  // namespace
}  // namespace walle::test
