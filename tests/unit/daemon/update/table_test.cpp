#include <gtest/gtest.h>

#include <set>

#include "daemon/update/state_def.h"

namespace walle::update {
namespace {

std::vector<State> states() {
  std::vector<State> out;
  for (size_t i = 0; i < kStates; ++i) out.push_back(static_cast<State>(i));
  return out;
}

TEST(Table, EveryStateHasOneDefAndAName) {
  std::set<State> seen;
  for (const StateDef* def : state_defs()) EXPECT_TRUE(seen.insert(def->state).second) << name_of(def->state);
  EXPECT_EQ(seen.size(), kStates);
  for (const State state : states()) {
    EXPECT_EQ(state_from(name_of(state)), state);
    EXPECT_NE(def_of(state).enter, nullptr);
  }
}

TEST(Table, EveryPairIsAMoveOrKnownHarmlessOrImpossible) {
  // What the outside may bring at any time is never impossible: offers, deadlines, restarts.
  for (const State state : states()) {
    for (const Event event : {Event::offer, Event::deadline, Event::restart}) {
      EXPECT_NE(next(state, event).kind, Cell::Kind::impossible) << name_of(state) << " " << name_of(event);
    }
  }
}

TEST(Table, ARestartReentersTheSameState) {
  for (const State state : states()) {
    const Cell cell = next(state, Event::restart);
    if (cell.kind == Cell::Kind::move) {
      EXPECT_EQ(cell.to, state);
    }
  }
  for (const State state : states()) {
    if (state != State::idle) {
      EXPECT_EQ(next(state, Event::restart).kind, Cell::Kind::move) << name_of(state);
    }
  }
}

TEST(Table, ALoopEndsTheUpdateFromEverywhere) {
  for (State state : states()) {
    if (state == State::idle) continue;
    for (int steps = 0; state != State::idle; ++steps) {
      ASSERT_LT(steps, 3);
      const Cell cell = next(state, Event::loop);
      ASSERT_EQ(cell.kind, Cell::Kind::move) << name_of(state);
      state = cell.to;
    }
  }
}

TEST(Table, DoneLeadsFromIdleThroughEveryStepToCommitted) {
  State state = next(State::idle, Event::offer).to;
  std::vector<State> path = {state};
  while (state != State::committed) {
    state = next(state, Event::done).to;
    path.push_back(state);
    ASSERT_LT(path.size(), 12U);
  }
  EXPECT_EQ(path,
            (std::vector<State>{State::offered, State::verified, State::space_reserved, State::fetching, State::staged,
                                State::ready, State::switching, State::probation, State::committed}));
}

TEST(Table, OnlySwitchedVersionsRollBackAndOnlyUnswitchedOnesFail) {
  for (const State state : states()) {
    for (const Event event : {Event::refused, Event::deadline, Event::loop}) {
      const Cell cell = next(state, event);
      if (cell.kind != Cell::Kind::move) continue;
      if (cell.to == State::failed && state != State::failed) {
        EXPECT_LT(state, State::probation);
      }
      if (cell.to == State::rolled_back) {
        EXPECT_GE(state, State::switching);
      }
    }
  }
}

}  // namespace
}  // namespace walle::update
