#include "cloud-broker/rollout/transitions.h"

#include <gtest/gtest.h>

#include <set>

#include "cloud-broker/rollout/state_def.h"

namespace walle::rollout {
namespace {

Release release_of(size_t stages, State state) {
  std::string text;
  for (size_t i = 0; i < stages; ++i) text += "[[stage]]\nname = \"s" + std::to_string(i) + "\"\nshare = 1.0\n";
  Release release;
  release.counter = 4;
  release.task = "ocr";
  release.version = "1.0.0";
  release.plan = *parse_plan(text);
  release.state = state;
  return release;
}

TEST(Transitions, EveryStateHasItsDefinition) {
  std::set<State> seen;
  for (const StateDef* def : state_defs()) {
    seen.insert(def->state);
    EXPECT_NE(def->tick, nullptr) << def->name;
    EXPECT_EQ(*state_from(def->name), def->state);
  }
  EXPECT_EQ(seen.size(), kStates);
  EXPECT_FALSE(state_from("lost"));
}

TEST(Transitions, EveryStateAndEventHasACell) {
  for (size_t s = 0; s < kStates; ++s)
    for (size_t e = 0; e < kEvents; ++e) {
      const Step& cell = step(static_cast<State>(s), static_cast<Event>(e));
      const bool leads = cell.to != Step::To::refused;
      EXPECT_NE(leads, !cell.refusal.empty()) << s << " " << name_of(static_cast<Event>(e));
    }
}

TEST(Transitions, EndedReleasesNeverMove) {
  for (const State end : {State::superseded, State::rolled_back})
    for (size_t e = 0; e < kEvents; ++e)
      EXPECT_FALSE(apply(release_of(2, end), static_cast<Event>(e), 1, "")) << name_of(static_cast<Event>(e));
}

TEST(Transitions, WalksThroughAllStages) {
  Release release = *apply(release_of(3, State::draft), Event::simulation_passed, 1, "");
  EXPECT_EQ(release.state, State::simulated);
  release = *apply(release, Event::start, 10, "");
  EXPECT_EQ(release.state, State::beta);
  release = *apply(release, Event::advance, 20, "");
  EXPECT_EQ(release.state, State::gray);
  EXPECT_EQ(release.stage, 1);
  EXPECT_EQ(release.stage_started_us, 20);
  release = *apply(release, Event::advance, 30, "");
  EXPECT_EQ(release.stage, 2);
  EXPECT_FALSE(apply(release, Event::advance, 40, ""));
  EXPECT_EQ(apply(release, Event::finish, 40, "all good")->state, State::released);
}

TEST(Transitions, ResumeGoesBackToWhereItWasAndSoaksAnew) {
  Release release = release_of(3, State::gray);
  release.stage = 1;
  release = *apply(release, Event::pause, 5, "operator");
  EXPECT_EQ(release.state, State::paused);
  EXPECT_FALSE(apply(release, Event::advance, 6, ""));
  release = *apply(release, Event::resume, 7, "");
  EXPECT_EQ(release.state, State::gray);
  EXPECT_EQ(release.stage, 1);
  EXPECT_EQ(release.stage_started_us, 7);
}

TEST(Transitions, RefusalNamesReleaseStateAndReason) {
  const auto refused = apply(release_of(1, State::draft), Event::start, 1, "");
  EXPECT_EQ(refused.error().code, ErrorCode::failed_precondition);
  EXPECT_EQ(refused.error().message, "ocr/v1.0.0 (4) is draft: it has not passed its simulation");
}

}  // namespace
}  // namespace walle::rollout
