// The process is killed right behind every transaction of an update, then started again: always the same end.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "tests/support/range_server.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/daemon/update/device_rig.h"

namespace walle::update {
namespace {

struct KillTest : testing::TestWithParam<bool> {
  support::TemporaryFolder folder;
  support::OriginWriter origin{folder / "origin"};
  std::string root = origin.root_json();
  std::unique_ptr<support::RangeServer> server;
  bundle::BuiltBundle one, two;
  bool good = GetParam();

  void SetUp() override {
    support::write_task(folder / "one", "ocr", "1.0.0", 200'000, 1);
    support::write_task(folder / "two", "ocr", "1.1.0", 200'000, 2);
    one = origin.publish(folder / "one", 1, 1);
    two = origin.publish(folder / "two", 2, 1);
    server = std::make_unique<support::RangeServer>(folder / "origin");
  }

  /// In a child: boots the device and hands it the offer; kills itself behind transition `kill_at` (0: never).
  /// True if it came to its end.
  bool live(const std::string& device, const wire::Offer& offer, int kill_at) {
    const pid_t child = ::fork();
    if (child == 0) {
      int seen = 0;
      DeviceRig rig(device, root, system_clock(), [&](const TaskRow&, Event) {
        if (++seen == kill_at) ::raise(SIGKILL);
      });
      if (!good) rig.bad = {"1.1.0"};
      if (!rig.agent->start()) ::_exit(3);
      rig.agent->reconcile({});  // walled is there
      rig.pump();
      if (!rig.agent->offer(offer)) ::_exit(4);
      rig.pump();
      if (!rig.idle()) {
        // A verdict that got lost with the process: walled says it again.
        const bool failed = rig.bad.contains(rig.host.running("ocr"));
        rig.agent->reconcile({{.task = "ocr",
                               .version = rig.host.running("ocr"),
                               .counter = offer.tasks[0].counter,
                               .state = failed ? "failed" : "active"}});
        rig.pump();
      }
      ::_exit(rig.idle() ? 0 : 5);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFEXITED(status)) {
      EXPECT_EQ(WEXITSTATUS(status), 0);
      return true;
    }
    return false;
  }

  void expect_end(const std::string& device, int kill_at) {
    DeviceRig rig(device, root, system_clock());
    ASSERT_TRUE(rig.agent->start());
    EXPECT_TRUE(rig.idle());
    EXPECT_EQ(rig.host.running("ocr"), good ? "1.1.0" : "1.0.0") << "killed at " << kill_at;
    EXPECT_EQ(rig.agent->installed()[0].version, good ? "1.1.0" : "1.0.0");
    const auto outcomes = rig.agent->outcomes().value();
    ASSERT_EQ(outcomes.size(), 2U) << "killed at " << kill_at;
    EXPECT_EQ(outcomes[1].result, good ? "committed" : "rolled_back") << "killed at " << kill_at;
    EXPECT_TRUE(std::filesystem::is_empty(device + "/state/partial"));
    const auto& built = good ? two : one;
    EXPECT_TRUE(bundle::verify_folder(rig.effects->folder_of("ocr", built.digest), built.digest, origin.root()));
  }
};

TEST_P(KillTest, AtEveryTransitionTheEndIsTheSame) {
  const std::string base = folder / "base";
  ASSERT_TRUE(live(base, offer_of(one, 1, server->url()), 0));
  int transitions = 0;
  for (int kill_at = 1;; ++kill_at) {
    const std::string device = folder / ("device" + std::to_string(kill_at));
    std::filesystem::copy(base, device, std::filesystem::copy_options::recursive);
    const wire::Offer offer = offer_of(two, 2, server->url());
    const bool ended = live(device, offer, kill_at);
    if (!ended) {
      ASSERT_TRUE(live(device, offer, 0)) << "after a kill at " << kill_at;
    }
    expect_end(device, kill_at);
    if (ended) break;
    ++transitions;
  }
  // offered … probation, then committed or rolled_back, then idle.
  EXPECT_EQ(transitions, 10);
}

TEST_P(KillTest, KilledAgainAndAgain) {
  const std::string device = folder / "device";
  ASSERT_TRUE(live(device, offer_of(one, 1, server->url()), 0));
  const wire::Offer offer = offer_of(two, 2, server->url());
  int kills = 0;
  while (!live(device, offer, 1)) ASSERT_LT(++kills, 20);
  expect_end(device, -1);
  EXPECT_GE(kills, 9);
}

INSTANTIATE_TEST_SUITE_P(Versions, KillTest, testing::Values(true, false),
                         [](const auto& kind) { return kind.param ? "Good" : "Bad"; });

}  // namespace
}  // namespace walle::update
