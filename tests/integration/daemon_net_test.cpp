// walled's end of net.sock, with the test as walle-netd.
#include <gtest/gtest.h>

#include <unistd.h>

#include <optional>

#include "ipc/channel/channel.h"
#include "ipc/client/manager.h"
#include "ipc/client/stream.h"
#include "ipc/client/tasks.h"
#include "ipc/client/tunnel.h"
#include "tests/integration/daemon_support.h"

namespace walle::daemon_test {
namespace {

class DaemonNet : public ::testing::Test {
 protected:
  void SetUp() override {
    device.start();
    netd.emplace(channel::Channel::connect(device.folder() + "/state/run/net.sock").value());
    ASSERT_TRUE(netd->send({{"type", "hello"}, {"version", "0.1.0"}, {"device", "d"}}));
  }
  /// The next message of this type.
  Value wait_for(const std::string& type) {
    for (;;) {
      auto message = netd->receive(10'000'000);
      if (!message || !*message) return {{"type", "nothing"}};
      if ((*message)->body.value("type", "") == type) return (*message)->body;
    }
  }

  Device device;
  std::optional<channel::Channel> netd;
};

TEST_F(DaemonNet, HelloIsAnsweredByTheProfileAndChangesAreTold) {
  EXPECT_TRUE(wait_for("profile")["tasks"].empty());
  ASSERT_TRUE(install(device, write_task(device.folder(), "v", "1.0.0", "", "def run(event, ctx): return 1\n")));
  const Value profile = wait_for("profile");
  ASSERT_EQ(profile["tasks"].size(), 1U);
  EXPECT_EQ(profile["tasks"][0]["version"], "1.0.0");
  EXPECT_EQ(profile["tasks"][0]["state"], "good");
}

TEST_F(DaemonNet, FeaturesAreSentUntilTheCloudHasThem) {
  ASSERT_TRUE(install(
      device, write_task(device.folder(), "f", "1.0.0", "[permissions]\ntunnel = [\"x\"]\n",
                         "from walle import tunnel\ndef run(event, ctx): return tunnel.send('x', {'n': 1})\n")));
  client::Tasks tasks(device.bus());
  const auto record = tasks.run("f", {}, Value::object()).value();
  ASSERT_EQ(record["status"], "ok") << record.dump();
  const std::string id = record["result"];
  EXPECT_EQ(wait_for("features")["items"][0]["id"], id);
  // Not confirmed: a new netd gets it again.
  netd.emplace(channel::Channel::connect(device.folder() + "/state/run/net.sock").value());
  ASSERT_TRUE(netd->send({{"type", "hello"}, {"version", "0.1.0"}, {"device", "d"}}));
  const Value again = wait_for("features");
  EXPECT_EQ(again["items"][0]["id"], id);
  EXPECT_EQ(from_cbor(again["items"][0]["bytes"].get_binary()).value()["n"], 1);
  ASSERT_TRUE(netd->send({{"type", "uploaded"}, {"ids", {id}}}));
  client::Tunnel tunnel(device.bus());
  int64_t waiting = 1;
  for (int i = 0; i < 500 && waiting != 0; ++i) waiting = tunnel.status(Value::object()).value()["waiting"];
  EXPECT_EQ(waiting, 0);
}

TEST_F(DaemonNet, AnEventOfTheCloudTriggersATask) {
  ASSERT_TRUE(install(device, write_task(device.folder(), "c", "1.0.0", "on = [\"answer\"]\n",
                                         "def run(event, ctx): return event['events'][0]['contents']['label']\n")));
  ASSERT_TRUE(netd->send({{"type", "cloud_event"}, {"event", {{"id", "answer"}, {"contents", {{"label", "cat"}}}}}}));
  client::Tasks tasks(device.bus());
  std::vector<Value> records;
  for (int i = 0; i < 1000 && records.empty(); ++i) {
    records = tasks.records("c", Value::object()).value();
    ::usleep(5'000);
  }
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0]["result"], "cat");
}

TEST_F(DaemonNet, ABundleThatNobodySignedIsRefusedAndWhatRunsGoesOn) {
  ASSERT_TRUE(install(device, write_task(device.folder(), "v", "1.0.0", "", "def run(event, ctx): return 1\n")));
  const std::string folder = write_task(device.folder(), "v", "2.0.0", "", "def run(event, ctx): return 2\n");
  ASSERT_TRUE(netd->send({{"type", "switch"},
                          {"id", 9},
                          {"task", "v"},
                          {"version", "2.0.0"},
                          {"counter", 3},
                          {"folder", folder},
                          {"manifest_sha256", std::string(64, 'a')}}));
  const Value answer = wait_for("switched");
  EXPECT_EQ(answer["id"], 9);
  EXPECT_EQ(answer["ok"], false);
  client::Tasks tasks(device.bus());
  EXPECT_EQ(tasks.run("v", {}, Value::object()).value()["result"], 1);
}

TEST_F(DaemonNet, GarbageDoesNotEndTheConversation) {
  ASSERT_TRUE(netd->send({{"type", "nonsense"}}));
  ASSERT_TRUE(netd->send({{"type", "switch"}}));
  EXPECT_EQ(wait_for("switched")["ok"], false);
  ASSERT_TRUE(netd->send({{"type", "cloud_event"}, {"event", 5}}));
  ASSERT_TRUE(netd->send({{"type", "uploaded"}, {"ids", 5}}));
  ASSERT_TRUE(netd->send({{"type", "remove"}, {"id", 1}, {"task", "nobody"}}));
  EXPECT_EQ(wait_for("switched")["ok"], true);
}

TEST_F(DaemonNet, StatusTellsTheLink) {
  ASSERT_TRUE(netd->send({{"type", "link"}, {"state", "online"}, {"detail", "mqtts://cloud"}}));
  client::Manager manager(device.bus());
  std::string state;
  for (int i = 0; i < 500 && state != "online"; ++i)
    state = manager.get_status(Value::object()).value()["link"].value("state", "");
  EXPECT_EQ(state, "online");
  netd.reset();
  for (int i = 0; i < 500 && state != "none"; ++i)
    state = manager.get_status(Value::object()).value()["link"].value("state", "");
  EXPECT_EQ(state, "none");
}

}  // namespace
}  // namespace walle::daemon_test
