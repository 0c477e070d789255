// every <duration>: fires each time the duration has passed, without events.
#include <map>
#include <set>

#include "streamd/trigger/kind.h"

namespace walle::trigger {
namespace {

Status parse(Scanner& scanner, Condition& condition) {
  condition.period_us = WALLE_TRY(scan_duration_us(scanner));
  return {};
}

class EveryRuntime final : public Runtime {
 public:
  void add(ConditionId id, const Condition& condition, int64_t now_us) override {
    periods_[id] = condition.period_us;
    ticks_.emplace(now_us + condition.period_us, id);
    next_[id] = now_us + condition.period_us;
  }

  void remove(ConditionId id) override {
    ticks_.erase({next_[id], id});
    next_.erase(id);
    periods_.erase(id);
  }

  void on_event(const EventPtr& /*event*/, int64_t /*now_us*/, FiredList& /*out*/) override {}

  void advance(int64_t now_us, FiredList& out) override {
    while (!ticks_.empty() && ticks_.begin()->first <= now_us) {
      const auto [due, id] = *ticks_.begin();
      ticks_.erase(ticks_.begin());
      const int64_t period = periods_[id];
      const int64_t missed = (now_us - due) / period;
      missed_ += static_cast<uint64_t>(missed);
      next_[id] = due + (missed + 1) * period;
      ticks_.emplace(next_[id], id);
      out.push_back({id, due, {}});
    }
  }

  int64_t next_deadline_us() const override { return ticks_.empty() ? INT64_MAX : ticks_.begin()->first; }
  void add_stats(MatcherStats& stats) const override { stats.missed_ticks += missed_; }

 private:
  std::map<ConditionId, int64_t> periods_, next_;
  std::set<std::pair<int64_t, ConditionId>> ticks_;
  uint64_t missed_ = 0;
};

std::unique_ptr<Runtime> make(const MatcherLimits& /*limits*/) { return std::make_unique<EveryRuntime>(); }

}  // namespace

extern const KindDef kEvery;
const KindDef kEvery{.name = "every", .keyword = "every", .parse = parse, .make = make};

}  // namespace walle::trigger
