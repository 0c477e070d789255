#include "tests/scenarios/reference_matcher.h"

#include <algorithm>

namespace walle::trigger {
namespace {

struct Plain {
  std::vector<Name> names;
  bool gap = false, optional = false, repeated = false;
  std::vector<Name> guards;
};

/// One way to match, as numbers of events.
struct Way {
  std::vector<size_t> events;
  size_t start = 0;
  bool tail_gap = false;  // of a closing absence
  std::vector<Name> tail_guards;
};

struct Waiting {
  Way way;
  size_t arrival;  // place in the scope's list
  int64_t deadline_us;
};

class Reference {
 public:
  Reference(const Condition& condition, const std::vector<wire::Event>& events)
      : condition_(condition), events_(events) {
    Plain next;
    for (const Step& step : condition.steps) {
      next.gap = next.gap || step.gap_before;
      if (step.negated) {
        next.guards.insert(next.guards.end(), step.names.begin(), step.names.end());
        continue;
      }
      next.names = step.names;
      next.optional = step.optional;
      next.repeated = step.repeated;
      steps_.push_back(next);
      next = {};
    }
    absence_ = !next.guards.empty();
    tail_ = next;
    tail_.gap = tail_.gap || condition.gap_after;
    while (!absence_ && steps_.back().optional) steps_.pop_back();
    while (steps_[must_].optional) ++must_;
  }

  std::vector<ReferenceFired> run(size_t added_before, int64_t end_us) {
    first_allowed_ = added_before;
    for (size_t number = 0; number < events_.size(); ++number) {
      pass_time(events_[number].time_us);
      const wire::Event& event = events_[number];
      if (!condition_.scope.empty() && event.page != condition_.scope) continue;
      if (!condition_.scope.empty() && event.id == "enter") leave();
      scope_.push_back(number);
      if (number >= added_before) {
        decide_waiting(number);
        match_at(number);
      }
      if (!condition_.scope.empty() && event.id == "exit") leave();
    }
    pass_time(end_us);
    return fired_;
  }

 private:
  void leave() {
    scope_.clear();
    waiting_.clear();
  }

  bool meets(const std::vector<Name>& names, size_t place) const {
    const wire::Event& event = events_[scope_[place]];
    return std::any_of(names.begin(), names.end(), [&](const Name& name) {
      return (name.page.empty() || name.page == event.page) && (name.id.empty() || name.id == event.id);
    });
  }

  void pass_time(int64_t now_us) {
    std::vector<Waiting> left;
    for (const Waiting& one : waiting_) {
      if (one.deadline_us < now_us) {
        fire(one.way, one.deadline_us);
      } else {
        left.push_back(one);
      }
    }
    waiting_ = std::move(left);
  }

  void decide_waiting(size_t number) {
    std::vector<Waiting> left;
    for (const Waiting& one : waiting_) {
      const bool met = meets(one.way.tail_guards, scope_.size() - 1);
      if (!met && one.way.tail_gap) left.push_back(one);
      if (!met && !one.way.tail_gap) fire(one.way, events_[number].time_us);
    }
    waiting_ = std::move(left);
  }

  void fire(const Way& way, int64_t time_us) {
    ReferenceFired one{time_us, {}};
    for (const size_t number : way.events) {
      const bool too_old = condition_.within_us != 0 && events_[number].time_us < time_us - condition_.within_us;
      if (!too_old) one.events.push_back(number);
    }
    fired_.push_back(one);
  }

  void match_at(size_t number) {
    ways_.clear();
    Way empty;
    take(0, empty, 0, false, {}, scope_.size() - 1);
    const Way* best = nullptr;
    for (const Way& way : ways_) {
      if (best == nullptr || better(way, *best)) best = &way;
    }
    if (best == nullptr) return;
    if (!absence_) {
      fire(*best, events_[number].time_us);
      first_allowed_ = number + 1;
      return;
    }
    std::erase_if(waiting_, [&](const Waiting& old) { return old.way.start == best->start; });
    const int64_t deadline_us =
        condition_.within_us == 0 ? INT64_MAX : events_[best->start].time_us + condition_.within_us;
    waiting_.push_back({*best, scope_.size() - 1, deadline_us});
  }

  static bool better(const Way& a, const Way& b) {
    if (a.start != b.start) return a.start > b.start;
    return std::lexicographical_compare(b.events.rbegin(), b.events.rend(), a.events.rbegin(), a.events.rend());
  }

  /// Every way to go on with step `at`; `from` is the first place that may be taken, `last` the one that must end it.
  void take(size_t at, const Way& way, size_t from, bool gap, std::vector<Name> guards, size_t last) {
    if (at == steps_.size()) {
      guards.insert(guards.end(), tail_.guards.begin(), tail_.guards.end());
      if (!way.events.empty() && way.events.back() == scope_[last]) {
        Way done = way;
        done.tail_gap = gap || tail_.gap;
        done.tail_guards = guards;
        if (in_time(done)) ways_.push_back(done);
      }
      return;
    }
    const Plain& step = steps_[at];
    gap = gap || step.gap;
    guards.insert(guards.end(), step.guards.begin(), step.guards.end());
    if (step.optional) take(at + 1, way, from, gap, guards, last);
    repeat(at, way, from, gap, guards, last);
  }

  void repeat(size_t at, const Way& way, size_t from, bool gap, const std::vector<Name>& guards, size_t last) {
    const bool first = way.events.empty();
    for (size_t place = from; place <= last; ++place) {
      if (!first && !gap && place > from) break;
      if (!first && meets(guards, place)) break;  // skipped or taken, it must not be one of these
      if (scope_[place] < first_allowed_ || !meets(steps_[at].names, place)) continue;
      Way longer = way;
      longer.events.push_back(scope_[place]);
      if (at == must_) longer.start = scope_[place];
      take(at + 1, longer, place + 1, false, {}, last);
      if (steps_[at].repeated) repeat(at, longer, place + 1, steps_[at].gap, steps_[at].guards, last);
    }
  }

  /// `within`, from the start: what precedes the start may be left out, so it does not decide.
  bool in_time(const Way& way) const {
    return condition_.within_us == 0 ||
           events_[way.events.back()].time_us - events_[way.start].time_us <= condition_.within_us;
  }

  const Condition& condition_;
  const std::vector<wire::Event>& events_;
  std::vector<Plain> steps_;
  Plain tail_;
  bool absence_ = false;
  size_t must_ = 0;
  size_t first_allowed_ = 0;
  std::vector<size_t> scope_;
  std::vector<Waiting> waiting_;
  std::vector<Way> ways_;
  std::vector<ReferenceFired> fired_;
};

}  // namespace

std::vector<ReferenceFired> reference_matches(const Condition& condition, const std::vector<wire::Event>& events,
                                              size_t added_before, int64_t end_us) {
  auto fired = Reference(condition, events).run(added_before, end_us);
  std::sort(fired.begin(), fired.end());
  return fired;
}

}  // namespace walle::trigger
