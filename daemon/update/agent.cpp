#include "daemon/update/agent.h"

#include <algorithm>
#include <charconv>
#include <ctime>

#include "daemon/update/state_def.h"

namespace walle::update {
namespace {

constexpr int64_t kFirstRetryUs = 1'000'000;
constexpr int64_t kLongestRetryUs = 300'000'000;

bool under_way(State state) { return state != State::idle; }

/// Pauses double up to five minutes; the upper half is spread by `salt`, so that devices do not come back together.
int64_t pause_us(int retries, uint64_t salt) {
  const int64_t full = std::min(kLongestRetryUs, kFirstRetryUs << std::min(retries, 10));
  return full / 2 + static_cast<int64_t>((salt * 0x9e3779b97f4a7c15ULL >> 33U) % static_cast<uint64_t>(full / 2 + 1));
}

bool waits_for_walled(State state) { return state == State::switching || state == State::rolled_back; }

std::string default_reason(Event event) {
  if (event == Event::deadline) return "the deadline passed";
  if (event == Event::loop) return "gave up after " + std::to_string(kMaxRestarts) + " restarts without progress";
  return "";
}

}  // namespace

Agent::Agent(Journal& journal, Effects& effects, const Clock& clock, AgentOptions options)
    : journal_(journal), effects_(effects), clock_(clock), options_(std::move(options)) {
  turns_ = std::hash<std::string>()(options_.device) << 20U;  // only a salt for pauses; turns are compared for equality
}

Status Agent::start() {
  for (TaskRow& row : WALLE_TRY(journal_.rows())) rows_[row.task] = std::move(row);
  const std::string epoch = WALLE_TRY(journal_.get("epoch"));
  std::from_chars(epoch.data(), epoch.data() + epoch.size(), epoch_);
  for (const auto& [task, row] : rows_) {
    const bool may_begin = next(row.state, Event::offer).kind == Cell::Kind::move;
    if (row.pending && may_begin) {
      post(task, Event::offer);
    } else if (under_way(row.state)) {
      post(task, row.restarts >= kMaxRestarts ? Event::loop : Event::restart);
    }
  }
  drain();
  return {};
}

Status Agent::offer(const wire::Offer& offer) {
  if (offer.device != options_.device) {
    return fail(ErrorCode::permission_denied, "an offer for device '" + offer.device + "', not this one");
  }
  if (offer.expires_us != 0 && clock_.wall_us() >= offer.expires_us) {
    return fail(ErrorCode::failed_precondition, "the offer has expired");
  }
  if (offer.epoch < epoch_) return fail(ErrorCode::failed_precondition, "the offer is of an older epoch");
  if (offer.epoch > epoch_) {
    WALLE_TRY(journal_.set("epoch", std::to_string(offer.epoch)));
    epoch_ = offer.epoch;
  }
  for (const wire::OfferedTask& task : offer.tasks) take({.offered = task, .origins = offer.origins});
  drain();
  return {};
}

void Agent::take(const Target& target) {
  const wire::OfferedTask& offered = target.offered;
  const auto it = rows_.find(offered.task);
  TaskRow row = it == rows_.end() ? TaskRow{.task = offered.task} : it->second;
  if (offered.counter <= row.highest_counter) return;
  // A task belongs to the scenario that it came from; another publisher cannot take its name over.
  if (row.current && row.current->scenario != offered.scenario) return;
  row.highest_counter = offered.counter;
  row.pending = target;
  const State state = row.state;
  // Saved before anything acts on it, so a restart cannot forget it.
  if (!journal_.save(row, std::nullopt)) return;
  rows_[offered.task] = std::move(row);
  const bool same = state == State::idle && offered.action != wire::OfferAction::remove &&
                    rows_[offered.task].current && rows_[offered.task].current->manifest == offered.manifest;
  post(offered.task, same ? Event::skip : Event::offer);
}

void Agent::answer(const Ticket& ticket, Event event, Detail detail) {
  const auto wait = waits_.find(ticket.task);
  if (wait == waits_.end() || wait->second.turn != ticket.turn) return;
  if (event != Event::later) wait->second.turn = 0;
  post(ticket.task, event, std::move(detail));
  drain();
}

void Agent::verdict(const std::string& task, int64_t counter, bool good, Detail detail) {
  const auto row = rows_.find(task);
  if (row == rows_.end() || row->second.state != State::probation || row->second.target.offered.counter != counter) {
    return;
  }
  post(task, good ? Event::done : Event::refused, std::move(detail));
  drain();
}

void Agent::reconcile(const std::vector<wire::InstalledTask>& running) {
  for (const auto& [task, row] : rows_) {
    const auto seen =
        std::find_if(running.begin(), running.end(), [&row = row](const auto& t) { return t.task == row.task; });
    Wait& wait = waits_[task];
    if (waits_for_walled(row.state) && wait.retry_us != INT64_MAX) {
      wait.retry_us = 0;
    } else if (row.state == State::probation && seen != running.end() && seen->counter == row.target.offered.counter) {
      if (seen->state == "active" || seen->state == "good") post(task, Event::done);
      if (seen->state == "failed") post(task, Event::refused, {.reason = "failed its probation"});
    } else if (row.state == State::idle && row.current &&
               (seen == running.end() || seen->version != row.current->version)) {
      // walled has lost it, or runs something older: it is told again; nobody waits for the answer.
      effects_.activate(row, *row.current, {.task = task, .turn = 0});
    }
  }
  drain();
  tick();
}

void Agent::post(const std::string& task, Event event, Detail detail) {
  queue_.push_back({task, event, std::move(detail)});
}

void Agent::drain() {
  if (draining_) return;  // an effect answered at once: the outer call goes on
  draining_ = true;
  while (!queue_.empty()) {
    const Queued queued = std::move(queue_.front());
    queue_.pop_front();
    handle(queued);
  }
  draining_ = false;
}

void Agent::handle(const Queued& queued) {
  const auto it = rows_.find(queued.task);
  if (it == rows_.end()) return;
  TaskRow row = it->second;
  const Cell cell = next(row.state, queued.event);
  if (cell.kind != Cell::Kind::move) return;
  if (queued.event == Event::later) {
    // The effect that answered is through; another turn starts after a pause.
    row.bytes += queued.detail.bytes;
    if (queued.detail.bytes > 0) row.restarts = 0;
    row.reason = queued.detail.reason;
    if (journal_.save(row, std::nullopt)) rows_[row.task] = row;
    return retry_later(queued.task, 0);
  }
  if (queued.event == Event::restart) {
    ++row.restarts;
    if (journal_.save(row, std::nullopt)) rows_[row.task] = row;
    return enter(queued.task);
  }
  const Status moved = move(std::move(row), cell.to, queued.event, queued.detail);
  if (!moved) {
    // The journal is full or gone: the same effect starts again later; all of them are idempotent.
    retry_later(queued.task, 0);
  }
}

Status Agent::move(TaskRow row, State to, Event event, const Detail& detail) {
  const State from = row.state;
  if (event == Event::offer || (from == State::idle && event == Event::skip)) {
    if (row.pending) row.target = *row.pending;
    row.pending.reset();
  }
  row.state = to;
  row.bytes += detail.bytes;
  row.reason = detail.reason.empty() ? default_reason(event) : detail.reason;
  const StateDef& def = def_of(to);
  Arrival arrival{.row = row, .from = from, .now_us = clock_.wall_us(), .detail = detail};
  if (def.arrive != nullptr) def.arrive(arrival);
  std::optional<wire::Outcome> outcome;
  if (def.outcome != nullptr) {
    outcome = wire::Outcome{.task = row.task,
                            .version = row.target.offered.version,
                            .counter = row.target.offered.counter,
                            .result = std::string(def.outcome(row)),
                            .reason = row.reason.substr(0, 1000),
                            .time_us = arrival.now_us,
                            .runs = row.runs,
                            .failures = row.failures,
                            .bytes = row.bytes};
  }
  WALLE_TRY(journal_.save(row, outcome));
  const std::string task = row.task;
  rows_[task] = std::move(row);
  if (waits_[task].turn != 0) effects_.cancel({.task = task, .turn = waits_[task].turn});
  waits_[task] = {};
  if (options_.on_transition) options_.on_transition(rows_[task], event);
  enter(task);
  if (on_change_) on_change_();
  return {};
}

void Agent::enter(const std::string& task) {
  TaskRow& row = rows_[task];
  if (row.state == State::idle) {
    if (row.pending) post(task, Event::offer);
    return;
  }
  Wait& wait = waits_[task];
  wait.turn = ++turns_;
  wait.retry_us = INT64_MAX;
  std::vector<TaskRow> all;
  if (row.state == State::committed || row.state == State::failed) {
    for (const auto& [name, other] : rows_) all.push_back(other);
  }
  const TaskRow copy = row;
  Work work{.row = copy,
            .rows = all,
            .effects = effects_,
            .ticket = {.task = task, .turn = wait.turn},
            .now_us = clock_.wall_us(),
            .local_minute = minute_now()};
  const std::optional<Event> at_once = def_of(copy.state).enter(work);
  if (!at_once) return;
  if (*at_once == Event::later) return retry_later(task, work.wake_us);
  waits_[task].turn = 0;
  post(task, *at_once);
}

void Agent::retry_later(const std::string& task, int64_t wake_wall_us) {
  Wait& wait = waits_[task];
  wait.turn = 0;
  const int64_t pause =
      wake_wall_us > 0 ? std::max<int64_t>(wake_wall_us - clock_.wall_us(), 0) : pause_us(wait.retries++, ++turns_);
  wait.retry_us = clock_.monotonic_us() + pause;
}

std::optional<int64_t> Agent::deadline_of(const TaskRow& row) const {
  if (row.state == State::probation) return row.probation_until_us;
  const bool before_switch = row.state != State::idle && row.state < State::committed;
  if (before_switch && row.target.offered.deadline_us > 0) return row.target.offered.deadline_us;
  return std::nullopt;
}

void Agent::tick() {
  const int64_t wall = clock_.wall_us();
  const int64_t monotonic = clock_.monotonic_us();
  std::vector<std::string> again;
  for (const auto& [task, row] : rows_) {
    const auto deadline = deadline_of(row);
    if (deadline && wall >= *deadline) {
      post(task, Event::deadline);
    } else if (row.state != State::idle && waits_[task].retry_us <= monotonic) {
      again.push_back(task);
    }
  }
  for (const std::string& task : again) enter(task);
  drain();
}

int64_t Agent::next_wake_us() const {
  int64_t out = INT64_MAX;
  const int64_t ahead = clock_.monotonic_us() - clock_.wall_us();
  for (const auto& [task, row] : rows_) {
    if (row.state == State::idle) continue;
    const auto wait = waits_.find(task);
    if (wait != waits_.end()) out = std::min(out, wait->second.retry_us);
    if (const auto deadline = deadline_of(row)) out = std::min(out, *deadline + ahead);
  }
  return out;
}

std::vector<wire::InstalledTask> Agent::installed() const {
  std::vector<wire::InstalledTask> out;
  for (const auto& [task, row] : rows_) {
    const bool quiet = row.state == State::idle || row.state == State::committed || row.state == State::failed;
    if (!row.current && quiet) continue;
    wire::InstalledTask item{.task = task, .state = quiet ? "active" : std::string(name_of(row.state))};
    if (row.current) {
      item.version = row.current->version;
      item.counter = row.current->counter;
    }
    out.push_back(std::move(item));
  }
  return out;
}

int Agent::minute_now() const {
  const int64_t wall = clock_.wall_us();
  if (options_.local_minute) return options_.local_minute(wall);
  const auto seconds = static_cast<time_t>(wall / 1'000'000);
  struct tm local {};
  localtime_r(&seconds, &local);
  return local.tm_hour * 60 + local.tm_min;
}

}  // namespace walle::update
