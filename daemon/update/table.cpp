#include <algorithm>

#include "daemon/update/state.h"

namespace walle::update {
namespace {

constexpr std::array<std::string_view, kStates> kStateNames = {
    "idle",  "offered",   "verified",  "space_reserved", "fetching",    "staged",
    "ready", "switching", "probation", "committed",      "rolled_back", "failed"};
constexpr std::array<std::string_view, kEvents> kEventNames = {"offer", "done",     "skip", "refused",
                                                               "later", "deadline", "loop", "restart"};

constexpr Cell to(State state) { return {Cell::Kind::move, state}; }
/// Known and harmless here: a late event, or an offer that is kept in the row until the update is through.
constexpr Cell kIgnored{Cell::Kind::ignore, State::idle};
/// Cannot happen: answers are matched with the effect that is under way.
constexpr Cell kNever{Cell::Kind::impossible, State::idle};

constexpr Cell kIdleC = to(State::idle);
constexpr Cell kOffer = to(State::offered);
constexpr Cell kVerif = to(State::verified);
constexpr Cell kSpace = to(State::space_reserved);
constexpr Cell kFetch = to(State::fetching);
constexpr Cell kStage = to(State::staged);
constexpr Cell kReady = to(State::ready);
constexpr Cell kSwitc = to(State::switching);
constexpr Cell kProba = to(State::probation);
constexpr Cell kCommi = to(State::committed);
constexpr Cell kRolle = to(State::rolled_back);
constexpr Cell kFaile = to(State::failed);

// clang-format off
constexpr std::array<std::array<Cell, kEvents>, kStates> kTable = {{
  //                  offer     done    skip    refused later   deadline  loop    restart
  /* idle           */ {kOffer, kNever, kCommi, kNever, kNever, kIgnored, kNever, kIgnored},
  /* offered        */ {kOffer, kVerif, kReady, kFaile, kOffer, kFaile,   kFaile, kOffer},
  /* verified       */ {kOffer, kSpace, kNever, kFaile, kVerif, kFaile,   kFaile, kVerif},
  /* space_reserved */ {kOffer, kFetch, kNever, kFaile, kSpace, kFaile,   kFaile, kSpace},
  /* fetching       */ {kOffer, kStage, kNever, kFaile, kFetch, kFaile,   kFaile, kFetch},
  /* staged         */ {kOffer, kReady, kNever, kFaile, kStage, kFaile,   kFaile, kStage},
  /* ready          */ {kOffer, kSwitc, kNever, kFaile, kReady, kFaile,   kFaile, kReady},
  /* switching      */ {kIgnored, kProba, kCommi, kFaile, kSwitc, kRolle, kRolle, kSwitc},
  /* probation      */ {kIgnored, kCommi, kNever, kRolle, kNever, kRolle, kRolle, kProba},
  /* committed      */ {kIgnored, kIdleC, kNever, kIdleC, kCommi, kIgnored, kIdleC, kCommi},
  /* rolled_back    */ {kIgnored, kIdleC, kNever, kIdleC, kRolle, kIgnored, kIdleC, kRolle},
  /* failed         */ {kIgnored, kIdleC, kNever, kIdleC, kFaile, kIgnored, kIdleC, kFaile},
}};
// clang-format on

}  // namespace

Cell next(State state, Event event) { return kTable[static_cast<size_t>(state)][static_cast<size_t>(event)]; }

std::string_view name_of(State state) { return kStateNames[static_cast<size_t>(state)]; }
std::string_view name_of(Event event) { return kEventNames[static_cast<size_t>(event)]; }

State state_from(std::string_view name) {
  const auto it = std::find(kStateNames.begin(), kStateNames.end(), name);
  return it == kStateNames.end() ? State::idle : static_cast<State>(it - kStateNames.begin());
}

}  // namespace walle::update
