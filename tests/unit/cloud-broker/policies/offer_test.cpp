#include <gtest/gtest.h>

#include "cloud-broker/policies/policies.h"
#include "cloud-broker/rollout/decide.h"

namespace walle::policies {
namespace {

using rollout::Decision;
using rollout::State;

rollout::Release release_of(int64_t counter, std::string version, State state, std::string_view plan = "") {
  rollout::Release release;
  release.counter = counter;
  release.scenario = "library";
  release.task = "ocr";
  release.version = std::move(version);
  release.manifest_sha256 = "m" + std::to_string(counter);
  release.plan = *rollout::parse_plan(plan);
  release.seed = "seed" + std::to_string(counter);
  release.state = state;
  return release;
}

rollout::Device device_of(std::string id, int64_t counter = 0) {
  rollout::Device device;
  device.id = std::move(id);
  device.profile = *parse_json(R"({"labels": {"room": "reading"}})");
  if (counter != 0) device.tasks["ocr"] = {"1.0.0", counter, "active"};
  return device;
}

std::vector<rollout::Wanted> offered(const rollout::Device& device, const rollout::Table& table) {
  return rollout::offer(device, table, policy_defs(), 0);
}

constexpr std::string_view kStages = R"(
targets = 'labels.room == "reading"'
[[stage]]
name = "beta"
devices = ["d1"]
[[stage]]
name = "gray"
share = 0.3
[[stage]]
name = "all"
share = 1.0
)";

TEST(Offer, NewestReleaseThatCoversTheDeviceWins) {
  const rollout::Table table{7,
                             {release_of(1, "1.0.0", State::released), release_of(2, "1.1.0", State::beta, kStages)}};
  ASSERT_EQ(offered(device_of("d1"), table).size(), 1U);
  EXPECT_EQ(offered(device_of("d1"), table)[0].release->counter, 2);
  EXPECT_EQ(offered(device_of("d2"), table)[0].release->counter, 1);
}

TEST(Offer, StagesNest) {
  rollout::Release release = release_of(1, "1.0.0", State::gray, kStages);
  size_t inside = 0;
  for (int i = 0; i < 1000; ++i) {
    const rollout::Device device = device_of("device-" + std::to_string(i));
    bool before = false;
    for (int64_t stage = 0; stage < 3; ++stage) {
      release.stage = stage;
      const bool now = rollout::decide(device, release, policy_defs(), 0).verdict.decision == Decision::offer;
      EXPECT_TRUE(now || !before);
      before = now;
      if (stage == 1 && now) ++inside;
    }
    EXPECT_TRUE(before);
  }
  EXPECT_NEAR(static_cast<double>(inside), 300, 60);
}

TEST(Offer, PausedReleaseKeepsWhoHasIt) {
  const rollout::Table table{7, {release_of(1, "1.0.0", State::released), release_of(2, "1.1.0", State::paused)}};
  EXPECT_EQ(offered(device_of("d1", 2), table)[0].release->counter, 2);
  EXPECT_EQ(offered(device_of("d1", 1), table)[0].release->counter, 1);
}

TEST(Offer, RollbackReachesWhoHasTheBadVersionEvenOutsideItsStage) {
  rollout::Release back = release_of(3, "1.0.0", State::released, kStages);
  back.rollback_of = 2;
  back.stage = 0;
  const rollout::Table table{9, {release_of(2, "1.1.0", State::rolled_back, kStages), back}};
  EXPECT_EQ(offered(device_of("d1"), table)[0].release->counter, 3);
  EXPECT_EQ(offered(device_of("other", 2), table)[0].release->counter, 3);
  EXPECT_TRUE(offered(device_of("other"), table).empty());
}

TEST(Offer, ReleaseWithoutBundleRemovesTheTask) {
  rollout::Release gone = release_of(3, "1.0.0", State::released);
  gone.manifest_sha256.clear();
  const rollout::Table table{9, {gone}};
  ASSERT_EQ(offered(device_of("d1", 2), table).size(), 1U);
  EXPECT_TRUE(offered(device_of("d1", 2), table)[0].remove);
  EXPECT_TRUE(offered(device_of("d1"), table).empty());
}

TEST(Why, NamesTheReasonOfEachRelease) {
  const rollout::Table table{7,
                             {release_of(1, "1.0.0", State::released), release_of(2, "1.1.0", State::beta, kStages),
                              release_of(3, "1.2.0", State::draft)}};
  const auto why = rollout::why(device_of("d9"), table, "ocr", policy_defs(), 0);
  ASSERT_EQ(why.size(), 3U);
  EXPECT_EQ(why[0].verdict.reason, "the release is draft, not started");
  EXPECT_EQ(why[1].verdict.reason, "stage beta does not name d9");
  EXPECT_TRUE(why[2].chosen);
}

TEST(Why, GroupExplainsTheProfile) {
  const rollout::Release release = release_of(1, "1.0.0", State::gray, "targets = 'labels.room == \"kitchen\"'");
  const auto standing = rollout::decide(device_of("d"), release, policy_defs(), 0);
  EXPECT_EQ(standing.verdict.reason, R"(not targeted: labels.room == "kitchen" is false (labels.room is "reading"))");
}

}  // namespace
}  // namespace walle::policies
