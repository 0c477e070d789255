#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cloud-broker/rollout/release.h"
#include "cloud-broker/rollout/transitions.h"

namespace walle::rollout {

/// How a release in this state treats its members.
enum class Delivery : uint8_t {
  none,    ///< not offered yet
  open,    ///< offered to the members of the open stages
  keep,    ///< nobody new, but who has it keeps it
  closed,  ///< no longer offered
};

/// An event that a state asks for by itself, and why.
struct Wish {
  Event event;
  std::string reason;
};

/// One state of a release; states/<state>.cpp defines one, named after the file.
struct StateDef {
  State state;
  std::string_view name;
  std::string_view meaning;  ///< one line for people
  Delivery delivery;
  /// What should happen now, from counts and time alone; nothing if the release has to wait. Pure.
  std::optional<Wish> (*tick)(const Release& release, const Tallies& tallies, int64_t now_us);
};

/// All states, sorted by file name (generated).
[[nodiscard]] std::span<const StateDef* const> state_defs();
[[nodiscard]] const StateDef& state_def(State state);

/// The tick of a state that only events from outside change.
[[nodiscard]] inline std::optional<Wish> stay(const Release&, const Tallies&, int64_t) { return std::nullopt; }

}  // namespace walle::rollout
