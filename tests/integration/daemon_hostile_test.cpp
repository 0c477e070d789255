// Tasks that misbehave beside one that does not: a clear record each, and the neighbour's results as if alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ipc/client/manager.h"
#include "ipc/client/stream.h"
#include "ipc/client/tasks.h"
#include "libwalle/base/sanitized.h"
#include "tests/integration/daemon_support.h"

namespace walle::daemon_test {
namespace {

struct Misdeed {
  const char* name;
  const char* limits;
  const char* code;
  const char* kind;     ///< of the record's error
  const char* message;  ///< part of it
};

void PrintTo(const Misdeed& misdeed, std::ostream* out) { *out << misdeed.name; }

const Misdeed kMisdeeds[] = {
    {"raises", "", "raise ValueError('no page in this event')", "exception", "no page in this event"},
    {"loops", kSanitized ? "time = \"2s\"\n" : "time = \"300ms\"\n", "while True: pass", "deadline",
     "out of time (task.toml, [limits] time)"},
    {"allocates", "memory = \"64M\"\n", "x = []\n    while True: x.append(bytes(10**6))", "memory", "64"},
    {"exits", "", "import os\n    os._exit(3)", "exception|host_died", "exit"},
    {"recurses", "", "return run(event, ctx)", "exception", "recursion"},
    {"fills_its_folder", "data = \"1M\"\n",
     "import time\n    for i in range(2_000):\n        open(f'{ctx.data}/{i}', 'wb').write(bytes(100_000))\n"
     "        time.sleep(0.002)",
     "data", "[limits] data"},
    {"fills_its_folder_and_ends", "data = \"1M\"\n",
     "for i in range(5): open(ctx.data + '/' + str(i), 'wb').write(bytes(500_000))", "data", "[limits] data"},
};

class HostileTask : public testing::Test {
 protected:
  void SetUp() override { device.start(); }
  Device device;
  client::Tasks tasks{device.bus()};
  client::Stream stream{device.bus()};
  client::Manager manager{device.bus()};
};

class Hostile : public HostileTask, public testing::WithParamInterface<Misdeed> {};

TEST_P(Hostile, EndsInAClearRecordAndTheNeighbourDoesNotNotice) {
  const Misdeed& misdeed = GetParam();
  const std::string toml = "on = [\"go\"]\n";
  ASSERT_TRUE(install(device, write_task(device.folder(), "bad", "1.0.0", toml + "[limits]\n" + misdeed.limits,
                                         "def run(event, ctx):\n    " + std::string(misdeed.code) + "\n")));
  ASSERT_TRUE(install(
      device, write_task(device.folder(), "calm", "1.0.0", toml + "[permissions]\nstore = [\"numbers\"]\n",
                         "from walle import store\nseen = []\n"
                         "def run(event, ctx):\n    n = event['events'][-1]['contents']['n']\n    seen.append(n)\n"
                         "    store.append('numbers', {'n': n})\n    return n\n")));
  for (int n = 0; n < 4; ++n) ASSERT_TRUE(stream.send({event("go", "", {{"n", n}})}, Value::object()));
  ASSERT_TRUE(drain(device)) << device.log();
  const auto records = tasks.records("bad", Value::object()).value();
  ASSERT_EQ(records.size(), 4U);
  for (const Value& record : records) {
    EXPECT_EQ(record["status"], "failed") << record.dump();
    EXPECT_THAT(record["error"]["kind"].get<std::string>(), testing::MatchesRegex(misdeed.kind)) << record.dump();
    EXPECT_THAT(record["error"]["message"].get<std::string>(), testing::HasSubstr(misdeed.message)) << record.dump();
  }
  const auto calm = tasks.records("calm", Value::object()).value();
  ASSERT_EQ(calm.size(), 4U);
  for (size_t i = 0; i < calm.size(); ++i) EXPECT_EQ(calm[i]["result"], 3 - static_cast<int>(i)) << calm[i].dump();
  EXPECT_EQ(stream.rows("numbers", Value::object()).value().size(), 4U);
  // What the person who looks sees.
  bool told = false;
  const auto lines = manager.get_log(Value{{"task", "bad"}}).value();
  for (const Value& line : lines) told = told || line["text"].get<std::string>().find("failed") != std::string::npos;
  EXPECT_TRUE(told) << device.log();
}

INSTANTIATE_TEST_SUITE_P(Tasks, Hostile, testing::ValuesIn(kMisdeeds),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_F(HostileTask, AFolderFarOverItsLimitIsEmptiedBeforeTheNextRun) {
  ASSERT_TRUE(
      install(device, write_task(device.folder(), "hoarder", "1.0.0", "[limits]\ndata = \"1M\"\n",
                                 "import os\ndef run(event, ctx):\n    found = len(os.listdir(ctx.data))\n"
                                 "    if event['events'][0]['id'] == 'more':\n"
                                 "        for i in range(5): open(f'{ctx.data}/{i}', 'wb').write(bytes(500_000))\n"
                                 "    return found\n")));
  EXPECT_EQ(tasks.run("hoarder", {event("more")}, Value::object()).value()["error"]["kind"], "data");
  const Value next = tasks.run("hoarder", {event("look")}, Value::object()).value();
  EXPECT_EQ(next["result"], 0) << next.dump();
  EXPECT_NE(device.log().find("more than twice its [limits] data and was emptied"), std::string::npos);
}

}  // namespace
}  // namespace walle::daemon_test
