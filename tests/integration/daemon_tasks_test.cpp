// Events, conditions and tasks through a real walled, a real dbus-daemon and real task hosts.
#include <gtest/gtest.h>
#include <unistd.h>

#include "ipc/channel/channel.h"
#include "ipc/client/deployments.h"
#include "ipc/client/manager.h"
#include "ipc/client/stream.h"
#include "ipc/client/tasks.h"
#include "ipc/client/tunnel.h"
#include "libwalle/base/clock.h"
#include "tests/integration/daemon_support.h"

namespace walle::daemon_test {
namespace {

constexpr const char* kVisits =
    "on = [\"main.enter .. main.exit within 10m\"]\n"
    "[permissions]\nstore = [\"visits\"]\ntunnel = [\"visit\"]\n";
constexpr const char* kCount = R"(
from walle import store, tunnel
def run(event, ctx):
    row = {"events": len(event["events"]), "device": ctx.device["id"]}
    store.append("visits", row)
    tunnel.send("visit", row)
    return row
)";

class DaemonTasks : public ::testing::Test {
 protected:
  void SetUp() override {
    device.config = "[device]\nid = \"kiosk-1\"\n";
    device.start();
  }
  std::vector<Value> records(const std::string& task) { return tasks.records(task, Value::object()).value(); }

  Device device;
  client::Tasks tasks{device.bus()};
  client::Stream stream{device.bus()};
};

TEST_F(DaemonTasks, AConditionThatIsMetRunsTheTaskWhichStoresARowAndSendsAFeature) {
  ASSERT_TRUE(install(device, write_task(device.folder(), "visits", "1.0.0", kVisits, kCount)));
  const auto ids = stream.send({event("enter", "main"), event("tap", "main"), event("exit", "main")}, Value::object());
  ASSERT_TRUE(ids) << ids.error().message;
  EXPECT_EQ(ids->size(), 3U);
  ASSERT_TRUE(drain(device));
  const auto rows = stream.rows("visits", Value::object()).value();
  ASSERT_EQ(rows.size(), 1U) << device.log();
  EXPECT_EQ(rows[0]["device"], "kiosk-1");
  const auto ran = records("visits");
  ASSERT_EQ(ran.size(), 1U);
  EXPECT_EQ(ran[0]["status"], "ok");
  EXPECT_EQ(ran[0]["condition"], "main.enter .. main.exit within 10m");
  client::Tunnel tunnel(device.bus());
  const auto pending = tunnel.pending({{"contents", true}}).value();
  ASSERT_EQ(pending.size(), 1U);
  EXPECT_EQ(pending[0]["feature"]["device"], "kiosk-1");
}

TEST_F(DaemonTasks, EventsThatComeInTheWrongOrderAreMatchedInTheOrderOfTheirTimes) {
  ASSERT_TRUE(install(device, write_task(device.folder(), "pairs", "1.0.0", "on = [\"a b\"]\n",
                                         "def run(event, ctx): return [e['id'] for e in event['events']]\n")));
  const int64_t now_us = system_clock().wall_us();
  const auto at = [](const std::string& id, int64_t time_us) {
    Value made = event(id);
    made["time_us"] = time_us;
    return made;
  };
  ASSERT_TRUE(stream.send({at("b", now_us)}, Value::object()));
  ASSERT_TRUE(stream.send({at("a", now_us - 20'000)}, Value::object()));
  ::usleep(200'000);
  ASSERT_TRUE(drain(device));
  const auto ran = records("pairs");
  ASSERT_EQ(ran.size(), 1U) << device.log();
  EXPECT_EQ(ran[0]["result"], Value::array({"a", "b"}));
}

TEST_F(DaemonTasks, EventsThatWaitForOlderOnesAreMatchedOnceAfterKillMinusNine) {
  device.kill();
  device.config += "[events]\nlateness = \"1h\"\n";
  device.start();
  ASSERT_TRUE(install(device, write_task(device.folder(), "pairs", "1.0.0", "on = [\"a b\"]\n",
                                         "def run(event, ctx): return [e['id'] for e in event['events']]\n")));
  const int64_t now_us = system_clock().wall_us();
  for (const auto& [id, time_us] : {std::pair("b", now_us), std::pair("a", now_us - 20'000)}) {
    Value made = event(id);
    made["time_us"] = time_us;
    ASSERT_TRUE(stream.send({made}, Value::object()));
  }
  device.kill();
  device.start();
  EXPECT_TRUE(records("pairs").empty());
  ASSERT_TRUE(drain(device));
  EXPECT_EQ(records("pairs").size(), 1U) << device.log();
}

TEST_F(DaemonTasks, RunAnswersWithTheRecord) {
  ASSERT_TRUE(install(device, write_task(device.folder(), "visits", "1.0.0", kVisits, kCount)));
  const auto record = tasks.run("visits", {event("enter", "main")}, Value::object()).value();
  EXPECT_EQ(record["result"]["events"], 1);
  EXPECT_EQ(tasks.run("nobody", {}, Value::object()).error().code, ErrorCode::not_found);
  EXPECT_EQ(tasks.run("visits", {{{"id", "Bad Name"}}}, Value::object()).error().code, ErrorCode::invalid_argument);
}

TEST_F(DaemonTasks, BytesNothingAndNestingArriveAsTheyWereSent) {
  const std::string code =
      "def run(event, ctx):\n    c = event['events'][0]['contents']\n"
      "    return [type(c['image']).__name__, len(c['image']), c['none'] is None, c['deep'][1]['x']]\n";
  ASSERT_TRUE(install(device, write_task(device.folder(), "echo", "1.0.0", "", code)));
  const Value contents{{"image", Value::binary({1, 2, 3})}, {"none", nullptr}, {"deep", {1, {{"x", 2.5}}}}};
  const auto record = tasks.run("echo", {event("shot", "", contents)}, Value::object()).value();
  EXPECT_EQ(record["result"], Value::array({"bytes", 3, true, 2.5})) << record.dump();
}

TEST_F(DaemonTasks, ATaskThatRaisesIsARecordWithItsTraceback) {
  ASSERT_TRUE(install(device, write_task(device.folder(), "bad", "1.0.0", "",
                                         "def run(event, ctx):\n    raise ValueError('no page')\n")));
  const auto record = tasks.run("bad", {}, Value::object()).value();
  EXPECT_EQ(record["status"], "failed");
  EXPECT_EQ(record["error"]["kind"], "exception");
  EXPECT_NE(record["error"]["message"].get<std::string>().find("no page"), std::string::npos);
  EXPECT_NE(record["error"]["traceback"].get<std::string>().find("main.py"), std::string::npos);
}

TEST_F(DaemonTasks, ATaskThatCannotBeImportedFailsEachRunWithTheReason) {
  ASSERT_TRUE(install(device, write_task(device.folder(), "bad", "1.0.0", "", "import nowhere\n")));
  const auto record = tasks.run("bad", {}, Value::object()).value();
  EXPECT_EQ(record["status"], "failed");
  EXPECT_NE(record["error"]["message"].get<std::string>().find("nowhere"), std::string::npos) << record.dump();
}

TEST_F(DaemonTasks, ATaskMayOnlyUseWhatItsManifestAllows) {
  ASSERT_TRUE(
      install(device, write_task(device.folder(), "thief", "1.0.0", "[permissions]\nstore = [\"own\"]\n",
                                 "from walle import store\ndef run(event, ctx):\n    store.append('other', {})\n")));
  const auto record = tasks.run("thief", {}, Value::object()).value();
  EXPECT_EQ(record["status"], "failed");
  EXPECT_NE(record["error"]["message"].get<std::string>().find("permissions"), std::string::npos) << record.dump();
  EXPECT_TRUE(stream.rows("other", Value::object()).value().empty());
}

TEST_F(DaemonTasks, ANewVersionServesAtOnceAndTheOldOneIsKept) {
  ASSERT_TRUE(install(device, write_task(device.folder(), "v", "1.0.0", "", "def run(event, ctx): return 1\n")));
  EXPECT_EQ(tasks.run("v", {}, Value::object()).value()["result"], 1);
  ASSERT_TRUE(install(device, write_task(device.folder(), "v", "1.1.0", "", "def run(event, ctx): return 2\n")));
  EXPECT_EQ(tasks.run("v", {}, Value::object()).value()["result"], 2);
  client::Deployments deployments(device.bus());
  EXPECT_EQ(deployments.roll_back("v", Value::object()).value()["version"], "1.0.0");
  EXPECT_EQ(tasks.run("v", {}, Value::object()).value()["result"], 1);
  EXPECT_EQ(deployments.roll_back("v", Value::object()).error().code, ErrorCode::failed_precondition);
}

TEST_F(DaemonTasks, AVersionThatFailsItsProbationGoesBackByItself) {
  ASSERT_TRUE(install(device, write_task(device.folder(), "v", "1.0.0", "", "def run(event, ctx): return 1\n")));
  const std::string toml = "[probation]\nruns = 3\nfailures = 1\n";
  ASSERT_TRUE(install(device, write_task(device.folder(), "v", "1.1.0", toml, "def run(event, ctx): return 1/0\n"),
                      {{"probation", true}, {"counter", 7}}));
  EXPECT_EQ(tasks.run("v", {}, Value::object()).value()["status"], "failed");
  EXPECT_EQ(tasks.list(Value::object()).value()[0]["state"], "probation");
  EXPECT_EQ(tasks.run("v", {}, Value::object()).value()["status"], "failed");
  EXPECT_EQ(tasks.run("v", {}, Value::object()).value()["result"], 1);
  EXPECT_EQ(tasks.list(Value::object()).value()[0]["version"], "1.0.0");
  client::Deployments deployments(device.bus());
  const auto history = deployments.history({{"task", "v"}}).value();
  ASSERT_GE(history.size(), 2U);
  EXPECT_EQ(history[0]["action"], "rolled_back");
  EXPECT_EQ(history[1]["action"], "failed");
  EXPECT_EQ(history[1]["reason"], "2 of 2 runs failed, 1 allowed");
}

TEST_F(DaemonTasks, EnoughGoodRunsEndAProbation) {
  ASSERT_TRUE(install(
      device, write_task(device.folder(), "v", "1.0.0", "[probation]\nruns = 2\n", "def run(event, ctx): return 1\n"),
      {{"probation", true}}));
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(tasks.run("v", {}, Value::object()));
  EXPECT_EQ(tasks.list(Value::object()).value()[0]["state"], "good");
}

TEST_F(DaemonTasks, SilenceFailsAProbation) {
  ASSERT_TRUE(install(
      device,
      write_task(device.folder(), "v", "1.0.0", "[probation]\nwithin = \"200ms\"\n", "def run(event, ctx): return 1\n"),
      {{"probation", true}}));
  std::string state;
  for (int i = 0; i < 500 && state != "failed"; ++i) {
    state = tasks.list(Value::object()).value()[0].value("state", "");
    ::usleep(10'000);
  }
  EXPECT_EQ(state, "failed");
  EXPECT_EQ(tasks.run("v", {}, Value::object()).error().code, ErrorCode::failed_precondition);
}

TEST_F(DaemonTasks, TailShowsEventsAndRuns) {
  ASSERT_TRUE(install(device, write_task(device.folder(), "visits", "1.0.0", kVisits, kCount)));
  channel::Channel tail(stream.tail({{"runs", true}}).value());
  ASSERT_TRUE(stream.send({event("enter", "main"), event("exit", "main")}, Value::object()));
  std::vector<std::string> types;
  while (types.size() < 3) types.push_back(tail.receive(10'000'000).value()->body.value("type", ""));
  EXPECT_EQ(types, (std::vector<std::string>{"event", "event", "run"}));
}

TEST_F(DaemonTasks, WhatATaskLogsIsInTheLog) {
  ASSERT_TRUE(
      install(device, write_task(device.folder(), "talker", "1.0.0", "",
                                 "from walle import log\ndef run(event, ctx):\n    log.warning('dark', lux=3)\n")));
  ASSERT_TRUE(tasks.run("talker", {}, Value::object()));
  client::Manager manager(device.bus());
  const auto lines = manager.get_log({{"task", "talker"}}).value();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["text"], "dark");
  EXPECT_EQ(lines[0]["fields"]["lux"], 3);
  EXPECT_EQ(lines[0]["level"], "warning");
}

TEST_F(DaemonTasks, RemovedTasksNoLongerRunAndTheirRowsStay) {
  ASSERT_TRUE(install(device, write_task(device.folder(), "visits", "1.0.0", kVisits, kCount)));
  ASSERT_TRUE(stream.send({event("enter", "main"), event("exit", "main")}, Value::object()));
  ASSERT_TRUE(drain(device));
  ASSERT_TRUE(tasks.remove("visits", Value::object()));
  ASSERT_TRUE(stream.send({event("enter", "main"), event("exit", "main")}, Value::object()));
  ASSERT_TRUE(drain(device));
  EXPECT_EQ(stream.rows("visits", Value::object()).value().size(), 1U);
  EXPECT_TRUE(tasks.list(Value::object()).value().empty());
}

}  // namespace
}  // namespace walle::daemon_test
