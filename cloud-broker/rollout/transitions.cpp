#include "cloud-broker/rollout/transitions.h"

#include <array>

#include "cloud-broker/rollout/state_def.h"

namespace walle::rollout {
namespace {

constexpr Step to(State state) { return {Step::To::state, state, {}}; }
constexpr Step same() { return {Step::To::same, State::draft, {}}; }
constexpr Step back() { return {Step::To::before_pause, State::draft, {}}; }
constexpr Step no(std::string_view why) { return {Step::To::refused, State::draft, why}; }

constexpr std::string_view kNotStarted = "it has not started";
constexpr std::string_view kNotSimulated = "it has not passed its simulation";
constexpr std::string_view kStarted = "it has started already";
constexpr std::string_view kDone = "it is released already";
constexpr std::string_view kEnded = "it has ended; create a new release";
constexpr std::string_view kHeld = "it is paused; resume it first";
constexpr std::string_view kNotPaused = "it is not paused";

using Row = std::array<Step, kEvents>;
// Columns: simulation_passed, simulation_failed, start, advance, finish, approve, pause, resume, roll_back, supersede.
constexpr std::array<Row, kStates> kTable = {
    /* draft */ Row{to(State::simulated), same(), no(kNotSimulated), no(kNotSimulated), no(kNotSimulated), same(),
                    no(kNotStarted), no(kNotPaused), to(State::rolled_back), to(State::superseded)},
    /* simulated */
    Row{same(), no(kNotSimulated), to(State::beta), no(kNotStarted), no(kNotStarted), same(), no(kNotStarted),
        no(kNotPaused), to(State::rolled_back), to(State::superseded)},
    /* beta */
    Row{no(kStarted), no(kStarted), no(kStarted), to(State::gray), to(State::released), same(), to(State::paused),
        no(kNotPaused), to(State::rolled_back), to(State::superseded)},
    /* gray */
    Row{no(kStarted), no(kStarted), no(kStarted), to(State::gray), to(State::released), same(), to(State::paused),
        no(kNotPaused), to(State::rolled_back), to(State::superseded)},
    /* released */
    Row{no(kDone), no(kDone), no(kDone), no(kDone), no(kDone), no(kDone), to(State::paused), no(kNotPaused),
        to(State::rolled_back), to(State::superseded)},
    /* superseded */
    Row{no(kEnded), no(kEnded), no(kEnded), no(kEnded), no(kEnded), no(kEnded), no(kEnded), no(kEnded), no(kEnded),
        no(kEnded)},
    /* paused */
    Row{no(kStarted), no(kStarted), no(kStarted), no(kHeld), no(kHeld), same(), no(kHeld), back(),
        to(State::rolled_back), to(State::superseded)},
    /* rolled_back */
    Row{no(kEnded), no(kEnded), no(kEnded), no(kEnded), no(kEnded), no(kEnded), no(kEnded), no(kEnded), no(kEnded),
        no(kEnded)},
};

constexpr std::array<std::string_view, kEvents> kEventNames = {
    "simulation_passed", "simulation_failed", "start", "advance", "finish", "approve", "pause", "resume",
    "roll_back",         "supersede"};

void enter_stage(Release& release, int64_t stage, int64_t now_us) {
  release.stage = stage;
  release.stage_started_us = now_us;
}

}  // namespace

std::string_view name_of(Event event) { return kEventNames[static_cast<size_t>(event)]; }

const Step& step(State state, Event event) { return kTable[static_cast<size_t>(state)][static_cast<size_t>(event)]; }

Result<Release> apply(const Release& release, Event event, int64_t now_us, std::string reason) {
  const Step& cell = step(release.state, event);
  const bool past_end = event == Event::advance && release.stage + 1 >= std::ssize(release.plan.stages);
  if (cell.to == Step::To::refused || past_end)
    return fail(ErrorCode::failed_precondition, tag_of(release) + " (" + std::to_string(release.counter) + ") is " +
                                                    std::string(name_of(release.state)) + ": " +
                                                    std::string(past_end ? "it has no further stage" : cell.refusal));
  Release next = release;
  next.reason = std::move(reason);
  if (event == Event::pause) next.paused_from = release.state;
  if (event == Event::approve)
    next.approved_stage = release.state == State::draft || release.state == State::simulated ? 0 : release.stage + 1;
  if (event == Event::start) enter_stage(next, 0, now_us);
  if (event == Event::advance) enter_stage(next, release.stage + 1, now_us);
  // Soaking starts again: nobody watched while it was paused.
  if (event == Event::resume) enter_stage(next, release.stage, now_us);
  if (cell.to == Step::To::state) next.state = cell.state;
  if (cell.to == Step::To::before_pause) next.state = release.paused_from;
  return next;
}

const StateDef& state_def(State state) {
  for (const StateDef* def : state_defs())
    if (def->state == state) return *def;
  // Unreachable: the completeness test covers every state.
  return *state_defs().front();
}

}  // namespace walle::rollout
