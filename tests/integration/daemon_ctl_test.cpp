// walle-ctl as a person and as a script use it: output, exit codes, errors with a next step.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <fstream>

#include "tests/integration/daemon_support.h"

namespace walle::daemon_test {
namespace {

struct Outcome {
  int code = -1;
  std::string out;
  std::string err;
};

std::string slurp(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class DaemonCtl : public ::testing::Test {
 protected:
  Outcome ctl(const std::string& arguments) {
    const std::string command = "cd " + device.folder() + " && WALLE_BUS=" + device.address() +
                                " " WALLE_BINARY_DIR "/bin/walle-ctl " + arguments + " > out 2> err < /dev/null";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, slurp(device.folder() + "/out"),
            slurp(device.folder() + "/err")};
  }
  void write(const std::string& name, const std::string& text) { std::ofstream(device.folder() + "/" + name) << text; }

  Device device;
};

TEST_F(DaemonCtl, ANewTaskRunsAndItsCasePasses) {
  EXPECT_EQ(ctl("task new hello").code, 0);
  const Outcome test = ctl("task test hello");
  EXPECT_EQ(test.code, 0) << test.err;
  EXPECT_NE(test.out.find("1 of 1 cases passed"), std::string::npos);
  EXPECT_EQ(ctl("task new hello").code, 1);
  EXPECT_EQ(ctl("task new Bad").code, 2);
}

TEST_F(DaemonCtl, TaskRunPrintsOneJsonDocument) {
  write_task(device.folder(), "t", "1.0.0", "", "def run(event, ctx): return len(event['events'])\n");
  write("e.json", R"({"id": "tap"})");
  const Outcome run = ctl("task run t-1.0.0 --event e.json --json");
  EXPECT_EQ(run.code, 0) << run.err;
  const Value document = parse_json(run.out).value();
  EXPECT_EQ(document["status"], "ok");
  EXPECT_EQ(document["result"], 1);
  EXPECT_TRUE(document["error"].is_null());
  EXPECT_TRUE(document["time_us"].is_number_integer());
}

TEST_F(DaemonCtl, AFailedRunShowsTheAuthorsLineAndExitsWithOne) {
  write_task(device.folder(), "t", "1.0.0", "", "def run(event, ctx):\n    return event['nothing']\n");
  write("e.json", R"({"id": "tap"})");
  const Outcome person = ctl("task run t-1.0.0 --event e.json");
  EXPECT_EQ(person.code, 1);
  EXPECT_NE(person.err.find("event['nothing']"), std::string::npos) << person.err;
  const Outcome script = ctl("task run t-1.0.0 --event e.json --json");
  EXPECT_EQ(script.code, 1);
  EXPECT_EQ(parse_json(script.out).value()["status"], "failed");
}

TEST_F(DaemonCtl, ASequencePrintsALineForEachRun) {
  write_task(device.folder(), "t", "1.0.0", "on = [\"a b\"]\n",
             "def run(event, ctx): return [e['id'] for e in event['events']]\n");
  write("s.json", R"([{"id": "a"}, {"id": "b"}, {"id": "c"}, {"id": "a"}, {"id": "b"}])");
  const Outcome run = ctl("task run t-1.0.0 --sequence s.json --json");
  EXPECT_EQ(run.code, 0) << run.err;
  const size_t end = run.out.find('\n');
  EXPECT_EQ(parse_json(run.out.substr(0, end)).value()["result"], Value::array({"a", "b"}));
  EXPECT_EQ(parse_json(run.out.substr(end + 1)).value()["condition"], "a b");
}

TEST_F(DaemonCtl, ACaseThatFailsIsShownWithTheDifference) {
  const std::string folder = write_task(device.folder(), "t", "1.0.0", "", "def run(event, ctx): return {'n': 2}\n");
  ASSERT_EQ(std::system(("mkdir " + folder + "/cases").c_str()), 0);
  write("t-1.0.0/cases/one.json", R"({"event": {"id": "x"}, "expect": {"n": 3}})");
  const Outcome test = ctl("task test t-1.0.0");
  EXPECT_EQ(test.code, 1);
  EXPECT_NE(test.out.find("n: 2 instead of 3"), std::string::npos) << test.out;
}

TEST_F(DaemonCtl, WithoutWalledErrorsSayTheNextStep) {
  const Outcome status = ctl("status");
  EXPECT_EQ(status.code, 1);
  EXPECT_TRUE(status.out.empty());
  EXPECT_NE(status.err.find("systemctl start walled"), std::string::npos) << status.err;
  EXPECT_EQ(ctl("doctor").code, 1);
  EXPECT_EQ(ctl("--bus unix:path=/nowhere status").code, 1);
  EXPECT_EQ(ctl("nonsense").code, 2);
  EXPECT_EQ(ctl("logs --limit x").code, 2);
}

TEST_F(DaemonCtl, AdministersADevice) {
  device.start();
  write_task(device.folder(), "t", "1.0.0", "on = [\"a b\"]\n[permissions]\nstore = [\"pairs\"]\n",
             "from walle import log, store\ndef run(event, ctx):\n    store.append('pairs', {'n': 1})\n    "
             "log.info('pair')\n");
  EXPECT_EQ(ctl("task install t-1.0.0").code, 0) << device.log();
  EXPECT_EQ(ctl("task list --names").out, "t\n");
  write("s.json", R"([{"id": "a", "contents": {"x": {"$bytes": "AAEC"}}}, {"id": "b"}])");
  EXPECT_EQ(ctl("events send s.json").out, "2 events accepted\n");
  ASSERT_TRUE(drain(device));
  EXPECT_EQ(parse_json(ctl("stream rows pairs --json").out).value(), Value::array({{{"n", 1}}}));
  EXPECT_EQ(parse_json(ctl("task records t --json").out).value()[0]["status"], "ok");
  EXPECT_NE(ctl("logs --task t").out.find("pair"), std::string::npos);
  EXPECT_EQ(parse_json(ctl("status --json").out).value()["tasks"], 1);
  EXPECT_EQ(ctl("doctor").code, 0);
  write("bad.json", R"([{"id": "a"}, {"id": "b", "colour": 1}])");
  const Outcome bad = ctl("events send bad.json");
  EXPECT_EQ(bad.code, 1);
  EXPECT_NE(bad.err.find("colour"), std::string::npos);
  EXPECT_EQ(ctl("task remove t").code, 0);
  EXPECT_EQ(ctl("task remove t").code, 1);
}

}  // namespace
}  // namespace walle::daemon_test
