#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace walle::update {

/// Where the update of one task stands. A state is in the journal before its effect starts.
enum class State : uint8_t {
  idle,            ///< nothing to do
  offered,         ///< an offer with a higher counter; effect: check roles and manifest
  verified,        ///< director and publisher agree; effect: look for space
  space_reserved,  ///< there is room; effect: wait for this device's share of the start jitter
  fetching,        ///< effect: bring the missing blobs, resuming what lies there
  staged,          ///< every blob is on disk and verified; effect: assemble the folder
  ready,           ///< the folder is complete; effect: wait for the window
  switching,       ///< effect: have walled activate (or remove) it
  probation,       ///< active, on trial; effect: wait for the verdict
  committed,       ///< good; effect: collect garbage
  rolled_back,     ///< bad; effect: have walled go back to the version before
  failed,          ///< never became active; effect: collect garbage
};
inline constexpr size_t kStates = 12;

/// What can happen to an update.
enum class Event : uint8_t {
  offer,     ///< a newer offer for this task
  done,      ///< the state's effect is through
  skip,      ///< what the state is for is not needed: removal fetches nothing, an identical bundle switches nothing
  refused,   ///< the effect cannot ever succeed
  later,     ///< it cannot now: the same effect starts again after a pause
  deadline,  ///< the release's, or the probation's, time is over
  loop,      ///< too many restarts in this update
  restart,   ///< the agent has been started again
};
inline constexpr size_t kEvents = 8;

[[nodiscard]] std::string_view name_of(State state);
[[nodiscard]] std::string_view name_of(Event event);
/// `idle` for an unknown name.
[[nodiscard]] State state_from(std::string_view name);

/// An entry of the transition table.
struct Cell {
  enum class Kind : uint8_t { move, ignore, impossible } kind = Kind::impossible;
  State to = State::idle;
};

/// The transition table, complete by construction: a cell for every pair.
[[nodiscard]] Cell next(State state, Event event);

}  // namespace walle::update
