#include <gtest/gtest.h>

#include "tests/integration/broker_support.h"

namespace walle::test {
namespace {

class BrokerRelease : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(broker_.start()) << "walle-broker does not get ready"; }
  std::string token(const std::string& device = "") {
    return broker_.post("/v1/tokens", {{"device", device}, {"labels", {{"room", "reading"}}}}).json.value("token", "");
  }
  Value create(const std::string& version, const std::string& plan = "") {
    return broker_.post("/v1/releases", {{"repository", scenario_.path()}, {"tag", "ocr/v" + version}, {"plan", plan}})
        .json;
  }
  std::string state_of(int64_t counter) {
    return broker_.get("/v1/releases/" + std::to_string(counter)).json.value("state", "");
  }

  support::TemporaryFolder folder_;
  BrokerProcess broker_{folder_.path()};
  Scenario scenario_{folder_.path(), folder_ / "state"};
};

TEST_F(BrokerRelease, GoesFromTagToReleased) {
  scenario_.tag("1.0.0");
  ScriptedDevice device(broker_, "d1", token());
  ASSERT_TRUE(device.connect());
  const Value release = create("1.0.0", "targets = 'labels.room == \"reading\" && memory_mb >= 512'");
  ASSERT_EQ(release.value("state", ""), "beta") << to_json(release);
  const auto task = device.wait_for_task(0);
  ASSERT_TRUE(task);
  EXPECT_EQ(task->version, "1.0.0");
  EXPECT_EQ(device.fetch(*task), "");
  device.settle(*task, true);
  device.report();
  const auto ack = device.ack();
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->outcomes, 1U);
  EXPECT_TRUE(eventually([&] { return state_of(release["counter"]) == "released"; }));
}

TEST_F(BrokerRelease, AsksForTheProfileOnceAndIsSilentWhenNothingIsNew) {
  ScriptedDevice device(broker_, "d1", token());
  ASSERT_TRUE(device.connect());
  device.report(false);
  const auto question = device.offer();
  ASSERT_TRUE(question);
  EXPECT_TRUE(question->ask_profile);
  device.report(true);
  const auto answer = device.offer();
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->ask_profile);
  device.report(false);
  EXPECT_FALSE(device.offer(1)) << "an equal digest and epoch need no answer";
}

TEST_F(BrokerRelease, FailureRollsBackToTheVersionBefore) {
  scenario_.tag("1.0.0");
  scenario_.tag("1.1.0");
  ScriptedDevice device(broker_, "d1", token());
  ASSERT_TRUE(device.connect());
  const Value first = create("1.0.0");
  auto task = device.wait_for_task(0);
  ASSERT_TRUE(task);
  device.settle(*task, true);
  device.report();
  ASSERT_TRUE(eventually([&] { return state_of(first["counter"]) == "released"; }));

  const Value second = create("1.1.0");
  task = device.wait_for_task(task->counter);
  ASSERT_TRUE(task);
  EXPECT_EQ(task->version, "1.1.0");
  device.settle(*task, false);
  const auto back = device.wait_for_task(task->counter);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->action, wire::OfferAction::rollback);
  EXPECT_EQ(back->version, "1.0.0");
  EXPECT_EQ(to_hex(back->manifest), first.value("manifest_sha256", ""));
  EXPECT_EQ(device.fetch(*back), "") << "the older manifest is vouched for still";
  EXPECT_EQ(state_of(second["counter"]), "rolled_back");
  const Value why = broker_.get("/v1/devices/d1/why/ocr").json;
  EXPECT_EQ(why["releases"][0].value("chosen", false), true);
  EXPECT_NE(why["releases"][1].value("reason", "").find("only 0 of 1 devices are good"), std::string::npos)
      << to_json(why);
}

TEST_F(BrokerRelease, FirstVersionThatFailsIsRemoved) {
  scenario_.tag("1.0.0");
  ScriptedDevice device(broker_, "d1", token());
  ASSERT_TRUE(device.connect());
  create("1.0.0");
  const auto task = device.wait_for_task(0);
  ASSERT_TRUE(task);
  device.settle(*task, false);
  const auto gone = device.wait_for_task(task->counter);
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->action, wire::OfferAction::remove);
}

TEST_F(BrokerRelease, StagesOpenOneAfterAnotherAndWaitForApproval) {
  scenario_.tag("1.0.0");
  ScriptedDevice beta(broker_, "beta-1", token());
  ScriptedDevice other(broker_, "other", token());
  ASSERT_TRUE(beta.connect());
  ASSERT_TRUE(other.connect());
  const Value release = create("1.0.0",
                               "[[stage]]\nname = \"beta\"\ndevices = [\"beta-1\"]\n[[stage]]\nname = \"all\"\nshare = "
                               "1.0\napproval = true\n");
  const int64_t counter = release["counter"];
  const auto task = beta.wait_for_task(0);
  ASSERT_TRUE(task);
  EXPECT_FALSE(other.wait_for_task(0, 1));
  beta.settle(*task, true);
  beta.report();
  ASSERT_TRUE(eventually([&] {
    return broker_.get("/v1/releases/" + std::to_string(counter)).json.value("waits_for_approval", false) &&
           broker_.get("/v1/releases/" + std::to_string(counter)).json["total"].value("good", 0) == 1;
  }));
  EXPECT_FALSE(other.wait_for_task(0, 1));
  EXPECT_EQ(broker_.post("/v1/releases/" + std::to_string(counter) + "/approve", Value::object()).status, 200);
  const auto late = other.wait_for_task(0);
  ASSERT_TRUE(late);
  other.settle(*late, true);
  other.report();
  EXPECT_TRUE(eventually([&] { return state_of(counter) == "released"; }));
}

TEST_F(BrokerRelease, FeaturesArriveOnceAndAreAcknowledgedEachTime) {
  ScriptedDevice device(broker_, "d1", token());
  ASSERT_TRUE(device.connect());
  const wire::Feature feature{"f-1", "ocr", "1.0.0", "words", 5, to_cbor({{"words", 12}})};
  for (int i = 0; i < 3; ++i) {
    device.send_features({feature});
    const auto ack = device.ack();
    ASSERT_TRUE(ack);
    EXPECT_EQ(ack->features, std::vector<std::string>{"f-1"});
  }
  const Value results = broker_.get("/v1/results?task=ocr").json;
  ASSERT_EQ(results["results"].size(), 1U) << to_json(results);
  EXPECT_EQ(results["results"][0]["value"]["words"], 12);
}

TEST_F(BrokerRelease, DeviceCannotSpeakForAnother) {
  ScriptedDevice honest(broker_, "honest", token());
  ScriptedDevice liar(broker_, "liar", token());
  ASSERT_TRUE(liar.connect());
  liar.name = "honest";  // topic and report of the other, certificate of its own
  liar.report();
  pause_ms(500);
  const Value device = broker_.get("/v1/devices/honest").json;
  EXPECT_EQ(device.value("memory_mb", -1), 0) << "the false profile has been taken";
}

}  // namespace
}  // namespace walle::test
