#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cloud-broker/rollout/release.h"

namespace walle::rollout {

enum class Event : uint8_t {
  simulation_passed,
  simulation_failed,
  start,    ///< opens the first stage
  advance,  ///< the open stage passed: opens the next
  finish,   ///< the last stage passed
  approve,  ///< an operator lets the release into its next stage
  pause,    ///< by an operator or the stop rule
  resume,
  roll_back,  ///< by an operator or the stop rule
  supersede,  ///< a newer release of the task with the same targets is released
};
inline constexpr size_t kEvents = 10;
[[nodiscard]] std::string_view name_of(Event event);

/// One cell of the transition table: where an event leads, or why it is refused.
struct Step {
  enum class To : uint8_t { refused, state, same, before_pause } to = To::refused;
  State state = State::draft;
  std::string_view refusal;  ///< never empty for `refused`
};

/// The transition table, complete over (state, event).
[[nodiscard]] const Step& step(State state, Event event);

/// The release after `event`. Pure. Errors: failed_precondition with the table's refusal.
[[nodiscard]] Result<Release> apply(const Release& release, Event event, int64_t now_us, std::string reason);

}  // namespace walle::rollout
