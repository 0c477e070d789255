// walled on a file system without a free byte: says so, stays, loses nothing, and goes on when there is room again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "ipc/client/manager.h"
#include "ipc/client/stream.h"
#include "ipc/client/tasks.h"
#include "tests/integration/daemon_support.h"
#include "tests/support/small_disk.h"

namespace walle::daemon_test {
namespace {

class DaemonDisk : public testing::Test {
 protected:
  void SetUp() override {
    if (!disk.mounted()) GTEST_SKIP() << "this machine lets us mount no file system";
    device.start();
    ASSERT_TRUE(install(
        device, write_task(device.folder(), "numbers", "1.0.0", "on = [\"go\"]\n[permissions]\nstore = [\"numbers\"]\n",
                           "from walle import store\ndef run(event, ctx):\n"
                           "    n = event['events'][0]['contents']['n']\n"
                           "    store.append('numbers', {'n': n})\n    return n\n")));
  }
  Result<std::vector<uint64_t>> send(int n) {
    return stream.send({event("go", "", {{"n", n}, {"text", std::string(20'000, 'x')}})}, Value::object());
  }

  Device device;
  support::SmallDisk disk{device.folder() + "/state", "6m"};
  client::Tasks tasks{device.bus()};
  client::Stream stream{device.bus()};
  client::Manager manager{device.bus()};
};

TEST_F(DaemonDisk, RefusesEventsWithTheReasonAndRunsEveryAcceptedOne) {
  ASSERT_TRUE(send(0));
  disk.fill();
  int accepted = 1;
  Error refusal;
  for (int n = 1; n < 2'000 && refusal.message.empty(); ++n) {
    const auto sent = send(n);
    if (sent)
      ++accepted;
    else
      refusal = sent.error();
  }
  EXPECT_EQ(refusal.code, ErrorCode::resource_exhausted) << refusal.message;
  EXPECT_THAT(refusal.message, testing::HasSubstr("the disk is full; free some space where"));
  EXPECT_TRUE(manager.get_status(Value::object())) << "the service answers";
  disk.make_room();
  EXPECT_TRUE(send(9'999)) << device.log();
  ASSERT_TRUE(drain(device)) << device.log();
  std::set<int> seen;
  const auto rows = stream.rows("numbers", {{"limit", 5'000}}).value();
  for (const Value& row : rows) seen.insert(row["n"].get<int>());
  EXPECT_EQ(seen.size(), static_cast<size_t>(accepted) + 1) << device.log();
}

TEST_F(DaemonDisk, ATaskIsNotInstalledAndTheReasonIsNamed) {
  const std::string folder = write_task(device.folder(), "large", "1.0.0", "", "def run(event, ctx): return 1\n");
  ASSERT_EQ(std::system(("head -c 8000000 /dev/zero > " + folder + "/model.bin").c_str()), 0);
  const auto refused = install(device, folder);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("No space left on device"));
  EXPECT_TRUE(install(device, write_task(device.folder(), "small", "1.0.0", "", "def run(event, ctx): return 1\n")))
      << "what was copied is gone again";
}

}  // namespace
}  // namespace walle::daemon_test
