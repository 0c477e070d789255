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

TEST_F(DaemonCtl, LooksIntoAWorkingDevice) {
  device.start();
  write_task(device.folder(), "t", "1.0.0", "on = [\"a .. b\"]\n[permissions]\ntunnel = [\"pair\"]\n",
             "from walle import log, tunnel\ndef run(event, ctx):\n    log.info('pair')\n"
             "    tunnel.send('pair', {'n': 1})\n    return 7\n");
  ASSERT_EQ(ctl("task install t-1.0.0").code, 0) << device.log();
  write("s.json", R"([{"id": "a", "page": "main"}, {"id": "b"}, {"id": "a"}])");
  ASSERT_EQ(ctl("events send s.json").code, 0);
  ASSERT_TRUE(drain(device));
  const Value explained = parse_json(ctl("stream explain --json").out).value();
  EXPECT_EQ(explained["conditions"][0]["condition"], "a .. b");
  EXPECT_EQ(explained["conditions"][0]["pending"], 1) << "the second a";
  const Value run = parse_json(ctl("task records t --json").out).value()[0]["run"];
  const Value trace = parse_json(ctl("trace " + run.dump() + " --json").out).value();
  EXPECT_EQ(trace["record"]["result"], 7);
  EXPECT_EQ(trace["events"].size(), 2U) << trace.dump();
  EXPECT_EQ(trace["log"][0]["text"], "pair");
  EXPECT_EQ(trace["features"].size(), 1U);
  EXPECT_NE(ctl("trace " + run.dump()).out.find("main.a"), std::string::npos);
  EXPECT_NE(ctl("trace 9999").err.find("walle-ctl task records"), std::string::npos);
  const Value top = parse_json(ctl("top --count 1 --json").out).value();
  EXPECT_EQ(top["tasks"][0]["runs"], 1);
  EXPECT_NE(ctl("top --count 1").out.find("RUNS"), std::string::npos);
  EXPECT_EQ(parse_json(ctl("stream top --for 100ms --json").out).value(), Value::array());
}

TEST_F(DaemonCtl, ReplaysWhatTailRecorded) {
  device.start();
  write_task(device.folder(), "t", "1.0.0", "on = [\"a b\"]\n", "def run(event, ctx): return 1\n");
  ASSERT_EQ(ctl("task install t-1.0.0").code, 0) << device.log();
  write("rec.jsonl",
        "{\"type\": \"event\", \"event\": {\"id\": \"a\", \"time_us\": 1000000}}\n"
        "{\"type\": \"run\", \"record\": {}}\n"
        "{\"type\": \"event\", \"event\": {\"id\": \"b\", \"time_us\": 1200000}}\n");
  const Outcome replay = ctl("events replay rec.jsonl --speed 10");
  EXPECT_EQ(replay.code, 0) << replay.err;
  ASSERT_TRUE(drain(device));
  EXPECT_EQ(parse_json(ctl("task records t --json").out).value().size(), 1U);
  write("bad.jsonl", "{\"type\": \"event\", \"event\": {\"id\": \"a\"}}\n{\"type\": \"ev");
  EXPECT_NE(ctl("events replay bad.jsonl").err.find("bad.jsonl, line 2"), std::string::npos);
}

TEST_F(DaemonCtl, ProfilesATask) {
  write_task(device.folder(), "t", "1.0.0", "", "def run(event, ctx): return len(event['events'])\n");
  write("e.json", R"({"id": "tap"})");
  const Outcome profile = ctl("task profile t-1.0.0 --event e.json --runs 3 --json");
  EXPECT_EQ(profile.code, 0) << profile.err;
  const Value times = parse_json(profile.out).value();
  EXPECT_EQ(times["runs"], 3);
  EXPECT_LE(times["min_us"].get<int64_t>(), times["max_us"].get<int64_t>());
}

TEST_F(DaemonCtl, CompletesInARealBash) {
  device.start();
  write_task(device.folder(), "greeter", "1.0.0", "", "def run(event, ctx): return 1\n");
  ASSERT_EQ(ctl("task install greeter-1.0.0").code, 0) << device.log();
  const auto completes = [&](const std::string& words) {
    write("complete.sh", "export PATH=" WALLE_BINARY_DIR "/bin:$PATH WALLE_BUS=" + device.address() +
                             "\nsource <(walle-ctl completion bash)\nCOMP_WORDS=(walle-ctl " + words +
                             ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_walle_ctl\necho \"${COMPREPLY[@]}\"\n");
    const std::string command = "cd " + device.folder() + " && bash complete.sh > out 2> err";
    EXPECT_EQ(std::system(command.c_str()), 0) << slurp(device.folder() + "/err");
    return slurp(device.folder() + "/out");
  };
  EXPECT_EQ(completes("rel"), "release\n");
  EXPECT_EQ(completes("release roll"), "rollback\n");
  EXPECT_EQ(completes("task run --seq"), "--sequence\n");
  EXPECT_EQ(completes("task remove gr"), "greeter\n");
  EXPECT_EQ(completes("task run greeter-1"), "greeter-1.0.0\n") << "a folder";
}

}  // namespace
}  // namespace walle::daemon_test
