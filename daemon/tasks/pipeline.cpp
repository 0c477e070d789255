#include "daemon/tasks/pipeline.h"

#include <algorithm>
#include <tuple>

namespace walle::daemon {
namespace {

/// An event that knows its number in the log; what the matcher holds.
struct NumberedEvent : wire::Event {
  int64_t number = 0;
};

/// How far back the log is read at start, to have pending what was pending.
constexpr int64_t kReplayUs = 60LL * 60 * 1'000'000;
constexpr size_t kReplayEvents = 5'000;
/// Events that wait for older ones; firings that wait for the disk.
constexpr size_t kMaxHeld = 1'000;
constexpr size_t kMaxUnfired = 10'000;
constexpr int64_t kRetryUs = 1'000'000;
/// Beginnings of a run that ended with walled itself before it is given up.
constexpr int64_t kRunAttempts = 3;

trigger::EventPtr numbered(streamd::Sequenced event) {
  auto made = std::make_shared<NumberedEvent>();
  static_cast<wire::Event&>(*made) = std::move(event.event);
  made->number = event.number;
  return made;
}

int64_t number_of(const trigger::EventPtr& event) { return static_cast<const NumberedEvent&>(*event).number; }

}  // namespace

Pipeline::Pipeline(Loop& loop, Journal& journal, Registry& registry, Supervisor& supervisor, streamd::EventLog& log,
                   const Clock& clock, int64_t lateness_us)
    : loop_(loop),
      journal_(journal),
      registry_(registry),
      supervisor_(supervisor),
      log_(log),
      clock_(clock),
      reorder_({.hold_us = lateness_us, .max_held = kMaxHeld}),
      lateness_us_(lateness_us) {}

void Pipeline::add_conditions(const Installed& installed) {
  for (const std::string& condition : installed.manifest.on) {
    const auto added = matcher_.add(installed.row.key.task, condition, clock_.wall_us());
    if (!added) journal_.error("task " + installed.row.key.task + ": '" + condition + "': " + added.error().message);
  }
}

Status Pipeline::start() {
  for (const auto& [task, installed] : registry_.tasks())
    if (installed.enabled()) add_conditions(installed);
  WALLE_TRY(restore());
  fire_or_retry();
  for (const QueuedRun& queued : WALLE_TRY(registry_.ledger().queued())) submit(queued);
  for (;;) {
    auto rest = WALLE_TRY(log_.read({.after_number = last_taken_}));
    if (rest.empty()) break;
    std::vector<streamd::Sequenced> ready;
    for (streamd::LoggedEvent& event : rest) order(std::move(event), true, ready);
    match(std::move(ready));
    fire_or_retry();
  }
  arm_timer();
  return {};
}

/// Brings the matcher to where it was: what is pending in it again, what waited waiting again.
Status Pipeline::restore() {
  const Progress progress = WALLE_TRY(registry_.ledger().progress());
  const std::set<int64_t> held(progress.held.begin(), progress.held.end());
  auto past =
      WALLE_TRY(log_.read({.from_us = clock_.wall_us() - kReplayUs, .limit = kReplayEvents, .newest_first = true}));
  std::erase_if(past, [&](const streamd::LoggedEvent& event) {
    return event.number > progress.number || held.contains(event.number);
  });
  // In the order in which they were matched, but for the few that came too late for it.
  std::stable_sort(past.begin(), past.end(), [](const auto& a, const auto& b) {
    return std::tie(a.event.time_us, a.number) < std::tie(b.event.time_us, b.number);
  });
  std::vector<streamd::Sequenced> matched;
  for (streamd::LoggedEvent& event : past) matched.push_back({event.number, std::move(event.event)});
  match(std::move(matched), true);
  last_taken_ = progress.number;
  std::vector<streamd::Sequenced> ready;
  for (const int64_t number : held) {
    auto found = WALLE_TRY(log_.read({.after_number = number - 1, .limit = 1}));
    if (!found.empty() && found.front().number == number) order(std::move(found.front()), true, ready);
  }
  match(std::move(ready));
  return {};
}

void Pipeline::changed(const std::string& task, const Installed* installed) {
  matcher_.remove_owner(task);
  if (installed != nullptr && installed->enabled()) add_conditions(*installed);
  supervisor_.changed(task);
  arm_timer();
}

Result<std::vector<int64_t>> Pipeline::accept(std::vector<streamd::NewEvent> events) {
  std::vector<bool> own_time;
  for (const streamd::NewEvent& each : events) own_time.push_back(each.event.time_us != 0);
  auto stored = log_.append(events);
  if (!stored) {
    refused_ += static_cast<int64_t>(events.size());
    return fail(stored.error());
  }
  std::vector<int64_t> numbers;
  std::vector<streamd::Sequenced> ready;
  for (size_t i = 0; i < events.size(); ++i) {
    numbers.push_back((*stored)[i].number);
    if ((*stored)[i].duplicate) continue;
    streamd::LoggedEvent fresh{(*stored)[i].number, std::move(events[i].uid), std::move(events[i].event)};
    if (accepted) accepted(fresh);
    order(std::move(fresh), own_time[i], ready);
  }
  match_and_fire(std::move(ready));
  return numbers;
}

/// Takes an event; appends to `ready` what may be matched now.
void Pipeline::order(streamd::LoggedEvent event, bool own_time, std::vector<streamd::Sequenced>& ready) {
  last_taken_ = std::max(last_taken_, event.number);
  const int64_t now_us = clock_.wall_us();
  streamd::Sequenced one{event.number, std::move(event.event)};
  // What comes from further ahead than others are waited for has a wrong clock: there is no place to keep it for.
  const bool waits = own_time && one.event.time_us <= now_us + lateness_us_;
  if (!waits && held_.empty()) return ready.push_back(std::move(one));
  held_.insert(one.number);
  for (streamd::Sequenced& each : reorder_.push(std::move(one), "", now_us)) ready.push_back(std::move(each));
}

void Pipeline::release() { match_and_fire(reorder_.flush()); }

void Pipeline::match_and_fire(std::vector<streamd::Sequenced> events) {
  match(std::move(events));
  fire_or_retry();
  arm_timer();
}

void Pipeline::match(std::vector<streamd::Sequenced> events, bool silent) {
  for (streamd::Sequenced& each : events) {
    held_.erase(each.number);
    const auto fired = matcher_.on_event(numbered(std::move(each)));
    if (!silent) queue(fired);
  }
}

void Pipeline::queue(const std::vector<trigger::Fired>& fired) {
  for (const trigger::Fired& each : fired) {
    if (unfired_.size() >= kMaxUnfired) return journal_.error("too many runs wait for the disk; one was dropped");
    Firing firing{.task = each.owner, .condition = each.condition, .time_us = each.time_us};
    for (const trigger::EventPtr& event : each.events) firing.events.push_back(number_of(event));
    unfired_.push_back(std::move(firing));
  }
}

/// Writes down what was fired and how far the log is matched, then hands the runs over.
Status Pipeline::fire() {
  const Progress progress{last_taken_, {held_.begin(), held_.end()}};
  const auto runs = WALLE_TRY(registry_.ledger().fire(unfired_, progress));
  std::vector<Firing> firings;
  firings.swap(unfired_);
  for (size_t i = 0; i < firings.size(); ++i) submit({.run = runs[i], .firing = std::move(firings[i])});
  return {};
}

void Pipeline::fire_or_retry() {
  const Status fired = fire();
  if (fired) return;
  if (!retry_) journal_.error("accepted events run their tasks later: " + fired.error().message);
  catch_up_soon();
}

void Pipeline::catch_up_soon() {
  retry_ = loop_.after(kRetryUs, [this] {
    if (registry_.catch_up() && fire()) {
      journal_.info("what the disk had refused is written now");
      return retry_.reset();
    }
    catch_up_soon();
  });
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
                     .numbers = queued.firing.events,
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
  const int64_t due_us = std::min(matcher_.next_deadline_us(), reorder_.next_deadline_us());
  if (due_us == INT64_MAX) return;
  // At least a millisecond, so that a deadline in the past cannot spin; at most a minute, because the clock may step.
  const int64_t delay_us = std::clamp<int64_t>(due_us - clock_.wall_us(), 1'000, 60'000'000);
  timer_ = loop_.after(delay_us, [this] {
    const bool held = !held_.empty();
    match(reorder_.advance(clock_.wall_us()));
    const auto fired = matcher_.advance(clock_.wall_us());
    queue(fired);
    if (held || !fired.empty()) fire_or_retry();
    arm_timer();
  });
}

}  // namespace walle::daemon
