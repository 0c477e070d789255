#include "daemon/tasks/pipeline.h"

#include <algorithm>

namespace walle::daemon {
namespace {

/// An event that knows its number in the log; what the matcher holds.
struct NumberedEvent : wire::Event {
  int64_t number = 0;
};

/// How far back the log is read at start, to have pending what was pending.
constexpr int64_t kReplayUs = 60LL * 60 * 1'000'000;
constexpr size_t kReplayEvents = 5'000;
/// Beginnings of a run that ended with walled itself before it is given up.
constexpr int64_t kRunAttempts = 3;

trigger::EventPtr numbered(streamd::LoggedEvent event) {
  auto made = std::make_shared<NumberedEvent>();
  static_cast<wire::Event&>(*made) = std::move(event.event);
  made->number = event.number;
  return made;
}

int64_t number_of(const trigger::EventPtr& event) { return static_cast<const NumberedEvent&>(*event).number; }

}  // namespace

Pipeline::Pipeline(Loop& loop, Journal& journal, Registry& registry, Supervisor& supervisor, streamd::EventLog& log,
                   const Clock& clock)
    : loop_(loop), journal_(journal), registry_(registry), supervisor_(supervisor), log_(log), clock_(clock) {}

void Pipeline::add_conditions(const Installed& installed) {
  for (const std::string& condition : installed.manifest.on) {
    const auto added = matcher_.add(installed.row.key.task, condition, clock_.wall_us());
    if (!added) journal_.error("task " + installed.row.key.task + ": '" + condition + "': " + added.error().message);
  }
}

Status Pipeline::start() {
  for (const auto& [task, installed] : registry_.tasks())
    if (installed.enabled()) add_conditions(installed);
  last_matched_ = WALLE_TRY(registry_.ledger().cursor());
  auto past =
      WALLE_TRY(log_.read({.from_us = clock_.wall_us() - kReplayUs, .limit = kReplayEvents, .newest_first = true}));
  std::reverse(past.begin(), past.end());
  std::erase_if(past, [&](const streamd::LoggedEvent& event) { return event.number > last_matched_; });
  WALLE_TRY(match(std::move(past), true));
  for (const QueuedRun& queued : WALLE_TRY(registry_.ledger().queued())) submit(queued);
  for (;;) {
    auto rest = WALLE_TRY(log_.read({.after_number = last_matched_}));
    if (rest.empty()) break;
    WALLE_TRY(match(std::move(rest), false));
  }
  arm_timer();
  return {};
}

void Pipeline::changed(const std::string& task, const Installed* installed) {
  matcher_.remove_owner(task);
  if (installed != nullptr && installed->enabled()) add_conditions(*installed);
  supervisor_.changed(task);
  arm_timer();
}

Result<std::vector<int64_t>> Pipeline::accept(std::vector<streamd::NewEvent> events) {
  auto stored = log_.append(events);
  if (!stored) {
    refused_ += static_cast<int64_t>(events.size());
    return fail(stored.error());
  }
  std::vector<int64_t> numbers;
  std::vector<streamd::LoggedEvent> fresh;
  for (size_t i = 0; i < events.size(); ++i) {
    numbers.push_back((*stored)[i].number);
    if ((*stored)[i].duplicate) continue;
    fresh.push_back({(*stored)[i].number, std::move(events[i].uid), std::move(events[i].event)});
    if (accepted) accepted(fresh.back());
  }
  // They are accepted from here on: what fails now is done again after a restart.
  if (auto matched = match(std::move(fresh), false); !matched)
    journal_.error("events are accepted, but not matched yet: " + matched.error().message);
  arm_timer();
  return numbers;
}

Status Pipeline::match(std::vector<streamd::LoggedEvent> events, bool silent) {
  std::vector<trigger::Fired> fired;
  int64_t last = last_matched_;
  for (streamd::LoggedEvent& event : events) {
    last = std::max(last, event.number);
    for (trigger::Fired& each : matcher_.on_event(numbered(std::move(event)))) fired.push_back(std::move(each));
  }
  if (silent || events.empty()) return {};
  return fire(fired, last);
}

Status Pipeline::fire(const std::vector<trigger::Fired>& fired, int64_t cursor) {
  std::vector<Firing> firings;
  for (const trigger::Fired& each : fired) {
    Firing firing{.task = each.owner, .condition = each.condition, .time_us = each.time_us};
    for (const trigger::EventPtr& event : each.events) firing.events.push_back(number_of(event));
    firings.push_back(std::move(firing));
  }
  const auto runs = WALLE_TRY(registry_.ledger().fire(firings, cursor));
  last_matched_ = std::max(last_matched_, cursor);
  for (size_t i = 0; i < firings.size(); ++i) submit({.run = runs[i], .firing = std::move(firings[i])});
  return {};
}

/// The contents of these events, out of the log.
static Result<std::vector<Value>> read_events(streamd::EventLog& log, const std::vector<int64_t>& numbers) {
  std::vector<Value> events;
  for (const int64_t number : numbers) {
    auto found = WALLE_TRY(log.read({.after_number = number - 1, .limit = 1}));
    if (found.empty() || found.front().number != number)
      return fail(ErrorCode::not_found, "event " + std::to_string(number) + " is no longer in the log");
    events.push_back(wire::to_value(found.front().event));
  }
  return events;
}

void Pipeline::submit(const QueuedRun& queued) {
  RunRequest request{.run = queued.run,
                     .task = queued.firing.task,
                     .condition = queued.firing.condition,
                     .time_us = queued.firing.time_us,
                     .queued = true};
  if (queued.attempts >= kRunAttempts) {
    request.events = []() -> Result<std::vector<Value>> {
      return fail(ErrorCode::internal, "walled ended three times while this run was going on");
    };
  } else {
    request.events = [log = &log_, numbers = queued.firing.events] { return read_events(*log, numbers); };
  }
  request.done = [this](const Value&) { submit_waiting(); };
  const auto submitted = supervisor_.submit(std::move(request));
  if (submitted) return;
  if (submitted.error().code == ErrorCode::resource_exhausted) {
    held_back_.push_back(queued);
    return;
  }
  const VersionKey key{queued.firing.task, "", 0};
  Value record{{"run", queued.run},
               {"task", key.task},
               {"version", ""},
               {"counter", 0},
               {"status", "failed"},
               {"condition", queued.firing.condition},
               {"result", nullptr},
               {"error", {{"kind", "removed"}, {"message", submitted.error().message}}},
               {"started_us", clock_.wall_us()},
               {"time_us", 0}};
  if (auto kept = registry_.finish_run(record); !kept) journal_.error("run record: " + kept.error().message);
}

/// Gives back to the supervisor what it had no room for.
void Pipeline::submit_waiting() {
  if (held_back_.empty()) return;
  std::vector<QueuedRun> again;
  again.swap(held_back_);
  for (const QueuedRun& queued : again) submit(queued);
}

void Pipeline::arm_timer() {
  timer_.reset();
  const int64_t due_us = matcher_.next_deadline_us();
  if (due_us == INT64_MAX) return;
  // At least a millisecond, so that a deadline in the past cannot spin; at most a minute, because the clock may step.
  const int64_t delay_us = std::clamp<int64_t>(due_us - clock_.wall_us(), 1'000, 60'000'000);
  timer_ = loop_.after(delay_us, [this] {
    const auto fired = matcher_.advance(clock_.wall_us());
    if (!fired.empty())
      if (auto status = fire(fired, last_matched_); !status) journal_.error(status.error().message);
    arm_timer();
  });
}

}  // namespace walle::daemon
