#include "streamd/trigger/matcher.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "streamd/trigger/kind.h"

namespace walle::trigger {
namespace {

/// The caller's clock may jump back by more than this (a wrong clock was put right): time then goes on from where it
/// was. Smaller jumps are waited out.
constexpr int64_t kClockStepUs = 5LL * 60 * 1'000'000;

struct Entry {
  std::string owner;
  Condition condition;
  Runtime* runtime = nullptr;
};

}  // namespace

struct Matcher::State {
  MatcherLimits limits;
  std::vector<std::pair<const KindDef*, std::unique_ptr<Runtime>>> runtimes;
  std::map<ConditionId, Entry> entries;
  std::map<std::pair<std::string, std::string>, ConditionId, std::less<>> by_text;
  ConditionId last_id = 0;
  int64_t now_us = INT64_MIN;  // inner time = the caller's + offset; never runs back
  int64_t offset_us = 0;
  uint64_t events = 0, fired = 0;

  /// Inner time for a time of the caller; bounded so that sums with durations stay in range.
  int64_t move_to(int64_t time_us) {
    constexpr int64_t kBound = INT64_MAX / 4;
    now_us = std::max(now_us, std::clamp(time_us, -kBound, kBound) + offset_us);
    return now_us;
  }

  std::vector<Fired> finish(FiredList list) {
    std::stable_sort(list.begin(), list.end(), [](const RawFired& a, const RawFired& b) {
      return a.time_us != b.time_us ? a.time_us < b.time_us : a.condition < b.condition;
    });
    std::vector<Fired> out;
    out.reserve(list.size());
    for (RawFired& one : list) {
      const Entry& entry = entries.at(one.condition);
      out.push_back({entry.owner, entry.condition.text, std::move(one.events), one.time_us - offset_us});
    }
    fired += out.size();
    return out;
  }
};

Matcher::Matcher(MatcherLimits limits) : state_(std::make_unique<State>()) {
  state_->limits = limits;
  for (const KindDef* kind : kind_defs()) state_->runtimes.emplace_back(kind, kind->make(limits));
}

Matcher::~Matcher() = default;

Status Matcher::add(std::string_view owner, std::string_view text, int64_t now_us) {
  State& s = *state_;
  Condition condition = WALLE_TRY(parse_condition(text));
  const auto key = std::pair(std::string(owner), condition.text);
  if (s.by_text.contains(key)) return {};
  if (s.entries.size() >= s.limits.conditions) {
    return fail(ErrorCode::resource_exhausted, "there are " + std::to_string(s.entries.size()) +
                                                   " trigger conditions already, the limit of this device");
  }
  const auto runtime = std::find_if(s.runtimes.begin(), s.runtimes.end(),
                                    [&](const auto& entry) { return entry.first == condition.kind; });
  const ConditionId id = ++s.last_id;
  runtime->second->add(id, condition, s.move_to(now_us));
  s.by_text.emplace(key, id);
  s.entries.emplace(id, Entry{key.first, std::move(condition), runtime->second.get()});
  return {};
}

Status Matcher::remove(std::string_view owner, std::string_view text) {
  State& s = *state_;
  const Condition condition = WALLE_TRY(parse_condition(text));
  const auto found = s.by_text.find(std::pair(std::string(owner), condition.text));
  if (found == s.by_text.end()) {
    return fail(ErrorCode::not_found, "'" + std::string(owner) + "' has no condition '" + condition.text + "'");
  }
  s.entries.at(found->second).runtime->remove(found->second);
  s.entries.erase(found->second);
  s.by_text.erase(found);
  return {};
}

void Matcher::remove_owner(std::string_view owner) {
  State& s = *state_;
  for (auto it = s.entries.begin(); it != s.entries.end();) {
    if (it->second.owner != owner) {
      ++it;
      continue;
    }
    it->second.runtime->remove(it->first);
    s.by_text.erase(std::pair(it->second.owner, it->second.condition.text));
    it = s.entries.erase(it);
  }
}

std::vector<Fired> Matcher::on_event(EventPtr event) {
  State& s = *state_;
  FiredList list;
  const int64_t now_us = s.move_to(event->time_us);
  ++s.events;
  for (auto& [kind, runtime] : s.runtimes) {
    if (runtime->next_deadline_us() <= now_us) runtime->advance(now_us, list);
    runtime->on_event(event, now_us, list);
  }
  return list.empty() ? std::vector<Fired>{} : s.finish(std::move(list));
}

std::vector<Fired> Matcher::advance(int64_t now_us) {
  State& s = *state_;
  FiredList list;
  if (s.now_us != INT64_MIN && now_us < s.now_us - s.offset_us - kClockStepUs) {
    int64_t back = 0;
    const bool absurd = __builtin_sub_overflow(s.now_us, now_us, &back);
    s.offset_us = absurd ? INT64_MAX / 2 : std::min(back, INT64_MAX / 2);
  }
  const int64_t inner_us = s.move_to(now_us);
  for (auto& [kind, runtime] : s.runtimes) runtime->advance(inner_us, list);
  return s.finish(std::move(list));
}

int64_t Matcher::next_deadline_us() const {
  int64_t next = INT64_MAX;
  for (const auto& [kind, runtime] : state_->runtimes) next = std::min(next, runtime->next_deadline_us());
  return next == INT64_MAX ? next : next - state_->offset_us;
}

MatcherStats Matcher::stats() const {
  MatcherStats stats{.events = state_->events, .fired = state_->fired, .conditions = state_->entries.size()};
  for (const auto& [kind, runtime] : state_->runtimes) runtime->add_stats(stats);
  return stats;
}

std::vector<Matcher::Pending> Matcher::pending(size_t limit) const {
  std::vector<RawPending> raw;
  for (const auto& [kind, runtime] : state_->runtimes) runtime->pending(raw);
  if (raw.size() > limit) raw.resize(limit);
  std::vector<Pending> out;
  out.reserve(raw.size());
  for (const RawPending& one : raw) {
    const Entry& entry = state_->entries.at(one.condition);
    out.push_back({entry.condition.text, one.steps_done, one.since_us - state_->offset_us});
  }
  return out;
}

}  // namespace walle::trigger
