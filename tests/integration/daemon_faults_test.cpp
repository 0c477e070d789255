// What breaks, and what has to be left of it.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>

#include "ipc/client/manager.h"
#include "ipc/client/stream.h"
#include "ipc/client/tasks.h"
#include "tests/integration/daemon_support.h"

namespace walle::daemon_test {
namespace {

constexpr const char* kPairs = "on = [\"a b\"]\n[permissions]\nstore = [\"pairs\"]\n";
constexpr const char* kStore =
    "from walle import store\n"
    "def run(event, ctx):\n"
    "    n = event['events'][0]['contents']['n']\n"
    "    store.append('pairs', {'n': n})\n    return n\n";

class DaemonFaults : public ::testing::Test {
 protected:
  void SetUp() override { device.start(); }
  Value run(const std::string& task) {
    auto record = tasks.run(task, {}, Value::object());
    return record ? *record : Value{{"refused", record.error().message}};
  }
  Device device;
  client::Tasks tasks{device.bus()};
  client::Stream stream{device.bus()};
};

TEST_F(DaemonFaults, ALoopWithoutEndIsStoppedAtItsDeadlineAndANeighbourGoesOn) {
  ASSERT_TRUE(install(device, write_task(device.folder(), "loop", "1.0.0", "[limits]\ntime = \"300ms\"\n",
                                         "def run(event, ctx):\n    while True: pass\n")));
  ASSERT_TRUE(install(device, write_task(device.folder(), "calm", "1.0.0", "", "def run(event, ctx): return 5\n")));
  const Value record = run("loop");
  EXPECT_EQ(record["status"], "failed");
  EXPECT_EQ(record["error"]["kind"], "deadline") << record.dump();
  EXPECT_EQ(run("calm")["result"], 5);
}

TEST_F(DaemonFaults, ALoopInCThatCannotBeStoppedEndsWithItsHost) {
  ASSERT_TRUE(install(device, write_task(device.folder(), "loop", "1.0.0", "[limits]\ntime = \"300ms\"\n",
                                         "def run(event, ctx):\n    return sum(range(10**11))\n")));
  ASSERT_TRUE(install(device, write_task(device.folder(), "calm", "1.0.0", "", "def run(event, ctx): return 5\n")));
  EXPECT_EQ(run("calm")["result"], 5);
  const Value record = run("loop");
  EXPECT_EQ(record["status"], "failed");
  EXPECT_EQ(record["error"]["kind"], "host_died") << record.dump();
  EXPECT_EQ(run("calm")["result"], 5);
}

TEST_F(DaemonFaults, AKilledHostFailsItsRunsAndIsStartedAgain) {
  ASSERT_TRUE(install(device, write_task(device.folder(), "calm", "1.0.0", "", "def run(event, ctx): return 5\n")));
  EXPECT_EQ(run("calm")["result"], 5);
  ASSERT_EQ(device.hosts().size(), 1U);
  const pid_t before = device.hosts()[0];
  ::kill(before, SIGKILL);
  // The first may have been on its way to the host that died.
  const Value first = run("calm");
  EXPECT_TRUE(first["status"] == "ok" || first["error"]["kind"] == "host_died") << first.dump();
  EXPECT_EQ(run("calm")["result"], 5);
  EXPECT_NE(device.hosts().at(0), before);
}

TEST_F(DaemonFaults, ProcessIsolationGivesATaskAHostOfItsOwn) {
  ASSERT_TRUE(install(device, write_task(device.folder(), "alone", "1.0.0", "[permissions]\nisolation = \"process\"\n",
                                         "def run(event, ctx): return 1\n")));
  ASSERT_TRUE(install(device, write_task(device.folder(), "calm", "1.0.0", "", "def run(event, ctx): return 5\n")));
  EXPECT_EQ(run("alone")["result"], 1);
  EXPECT_EQ(run("calm")["result"], 5);
  EXPECT_EQ(device.hosts().size(), 2U);
}

TEST_F(DaemonFaults, AHostThatNobodyNeedsAnyMoreEnds) {
  ASSERT_TRUE(install(device, write_task(device.folder(), "alone", "1.0.0", "[permissions]\nisolation = \"process\"\n",
                                         "def run(event, ctx): return 1\n")));
  EXPECT_EQ(run("alone")["result"], 1);
  EXPECT_EQ(device.hosts().size(), 1U);
  ASSERT_TRUE(tasks.remove("alone", Value::object()));
  for (int i = 0; i < 500 && !device.hosts().empty(); ++i) ::usleep(10'000);
  EXPECT_TRUE(device.hosts().empty());
}

TEST_F(DaemonFaults, AfterKillMinusNineTasksEventsRowsAndRecordsAreThere) {
  ASSERT_TRUE(install(device, write_task(device.folder(), "pairs", "1.0.0", kPairs, kStore)));
  ASSERT_TRUE(stream.send({event("a", "", {{"n", 1}}), event("b")}, Value::object()));
  ASSERT_TRUE(drain(device));
  // Half a pair, accepted before the end …
  ASSERT_TRUE(stream.send({event("a", "", {{"n", 2}})}, Value::object()));
  device.kill();
  device.start();
  ASSERT_EQ(tasks.list(Value::object()).value().size(), 1U);
  EXPECT_EQ(tasks.records("pairs", Value::object()).value().size(), 1U);
  // … is completed afterwards.
  ASSERT_TRUE(stream.send({event("b")}, Value::object()));
  ASSERT_TRUE(drain(device));
  const auto rows = stream.rows("pairs", Value::object()).value();
  ASSERT_EQ(rows.size(), 2U) << device.log();
  EXPECT_EQ(rows[1]["n"], 2);
}

TEST_F(DaemonFaults, RunsThatWereFiredAndNotEndedAreDoneAfterKillMinusNine) {
  const std::string slow =
      "import time\nfrom walle import store\ndef run(event, ctx):\n    time.sleep(0.15)\n"
      "    n = event['events'][0]['contents']['n']\n    store.append('pairs', {'n': n})\n";
  ASSERT_TRUE(install(device, write_task(device.folder(), "pairs", "1.0.0", kPairs, slow)));
  std::vector<Value> events;
  for (int i = 0; i < 8; ++i) {
    events.push_back(event("a", "", {{"n", i}}));
    events.push_back(event("b"));
  }
  ASSERT_TRUE(stream.send(events, Value::object()));
  ::usleep(250'000);
  device.kill();
  device.start();
  ASSERT_TRUE(drain(device));
  std::set<int> seen;
  const auto rows = stream.rows("pairs", Value::object()).value();
  for (const Value& row : rows) seen.insert(row["n"].get<int>());
  EXPECT_EQ(seen.size(), 8U) << device.log();
  EXPECT_EQ(tasks.records("pairs", Value::object()).value().size(), 8U);
}

TEST_F(DaemonFaults, TwoOnOneStateAreRefused) {
  const auto [code, words] = device.walled({"--state-dir", device.folder() + "/state", "--bus", device.address()});
  EXPECT_EQ(code, 1);
  EXPECT_NE(words.find("another walled uses"), std::string::npos) << words;
}

TEST_F(DaemonFaults, TwoOnOneBusAreRefused) {
  const auto [code, words] = device.walled({"--state-dir", device.folder() + "/second", "--bus", device.address()});
  EXPECT_EQ(code, 1);
  EXPECT_NE(words.find("another walled serves this bus"), std::string::npos) << words;
}

TEST_F(DaemonFaults, StopsCleanlyOnSigterm) {
  ASSERT_TRUE(install(device, write_task(device.folder(), "calm", "1.0.0", "", "def run(event, ctx): return 5\n")));
  EXPECT_EQ(run("calm")["result"], 5);
  const auto hosts = device.hosts();
  EXPECT_EQ(device.stop(), 0);
  for (const pid_t host : hosts)
    for (int i = 0; i < 500 && ::kill(host, 0) == 0; ++i) ::usleep(10'000);
  for (const pid_t host : hosts) EXPECT_NE(::kill(host, 0), 0);
}

TEST_F(DaemonFaults, AHostThatCannotBeStartedFailsRunsWithTheReason) {
  device.kill();
  device.config = "vmd = \"/nowhere/walle-vmd\"\n";
  device.start();
  ASSERT_TRUE(install(device, write_task(device.folder(), "calm", "1.0.0", "", "def run(event, ctx): return 5\n")));
  const Value record = run("calm");
  EXPECT_EQ(record["error"]["kind"], "host_failed") << record.dump();
  EXPECT_NE(record["error"]["message"].get<std::string>().find("/nowhere/walle-vmd"), std::string::npos);
}

TEST_F(DaemonFaults, FoldersThatAreNoTasksAreRefusedWithTheReason) {
  const auto refused = [&](const std::string& folder) {
    const auto result = install(device, folder);
    return result ? std::string("accepted") : result.error().message;
  };
  std::filesystem::create_directories(device.folder() + "/empty");
  EXPECT_NE(refused(device.folder() + "/empty").find("task.toml"), std::string::npos);
  EXPECT_NE(refused(write_task(device.folder(), "x", "1.0.0", "colour = 1\n", "")).find("colour"), std::string::npos);
  EXPECT_NE(refused(write_task(device.folder(), "y", "1.0.0", "on = [\"a ..\"]\n", "")).find("position"),
            std::string::npos);
  EXPECT_NE(refused(write_task(device.folder(), "z", "1.0.0", "[models]\nm = \"m.onnx\"\n", "")).find("walle-model"),
            std::string::npos);
  const std::string link = write_task(device.folder(), "l", "1.0.0", "", "");
  std::filesystem::create_symlink("/etc/passwd", link + "/secret");
  EXPECT_NE(refused(link).find("link"), std::string::npos);
  EXPECT_TRUE(tasks.list(Value::object()).value().empty());
}

TEST_F(DaemonFaults, ConfigurationErrorsNameLineAndKeys) {
  const auto check = [&](const std::string& text) {
    std::ofstream(device.folder() + "/bad.toml") << text;
    return device.walled({"--check-config", "--config", device.folder() + "/bad.toml"});
  };
  EXPECT_EQ(check("bus = \"system\"\n").first, 0);
  const auto [code, words] = check("bus = \"system\"\nstate_dri = \"/x\"\n");
  EXPECT_EQ(code, 1);
  EXPECT_NE(words.find("line 2: unknown key 'state_dri'"), std::string::npos) << words;
  EXPECT_NE(words.find("state_dir"), std::string::npos);
  EXPECT_NE(check("[limits]\nrows = 5\n").second.find("limits.rows"), std::string::npos);
  EXPECT_EQ(check("bus = [").first, 1);
  EXPECT_EQ(device.walled({"--nonsense"}).first, 2);
}

}  // namespace
}  // namespace walle::daemon_test
