// each <count> <event>: fires at every count-th such event, with the last count of them.
#include <deque>
#include <map>

#include "libwalle/base/parse.h"
#include "streamd/trigger/kind.h"

namespace walle::trigger {
namespace {

constexpr int64_t kMaxCount = 100'000;

Status parse(Scanner& scanner, Condition& condition) {
  const auto count = scanner.peek().kind == TokenKind::number ? parse_bytes(scanner.peek().text) : Result<int64_t>(0);
  const bool plain = scanner.peek().text.find_first_not_of("0123456789") == std::string_view::npos;
  if (!count || !plain || *count < 1 || *count > kMaxCount) return scanner.expected("a count from 1 to 100000");
  scanner.take();
  condition.count = static_cast<uint32_t>(*count);
  condition.names = {WALLE_TRY(scan_name(scanner))};
  return {};
}

class EachRuntime final : public Runtime {
 public:
  explicit EachRuntime(const MatcherLimits& limits) : limits_(limits) {}

  void add(ConditionId id, const Condition& condition, int64_t /*now_us*/) override {
    const Name& name = condition.names.front();
    counters_[id] = {name, condition.count, 0, {}};
    by_name_[name].push_back(id);
  }

  void remove(ConditionId id) override {
    const auto slot = by_name_.find(counters_[id].name);
    std::erase(slot->second, id);
    if (slot->second.empty()) by_name_.erase(slot);
    counters_.erase(id);
  }

  void on_event(const EventPtr& event, int64_t now_us, FiredList& out) override {
    count({event->page, event->id}, event, now_us, out);
    if (!event->page.empty()) {
      count({event->page, ""}, event, now_us, out);
      count({"", event->id}, event, now_us, out);
    }
    count({"", ""}, event, now_us, out);
  }

  void advance(int64_t /*now_us*/, FiredList& /*out*/) override {}
  int64_t next_deadline_us() const override { return INT64_MAX; }
  void add_stats(MatcherStats& stats) const override {
    stats.overflow_events += overflow_;
    for (const auto& [id, counter] : counters_) stats.pending += counter.seen > 0 ? 1 : 0;
  }

 private:
  struct Counter {
    Name name;
    uint32_t count = 0, seen = 0;
    std::deque<EventPtr> events;
  };

  void count(const Name& name, const EventPtr& event, int64_t now_us, FiredList& out) {
    const auto slot = by_name_.find(name);
    if (slot == by_name_.end()) return;
    for (const ConditionId id : slot->second) {
      Counter& counter = counters_[id];
      counter.events.push_back(event);
      if (counter.events.size() > limits_.events_per_match) {
        counter.events.pop_front();
        ++overflow_;
      }
      if (++counter.seen < counter.count) continue;
      out.push_back({id, now_us, {counter.events.begin(), counter.events.end()}});
      counter.seen = 0;
      counter.events.clear();
    }
  }

  MatcherLimits limits_;
  std::map<ConditionId, Counter> counters_;
  std::map<Name, std::vector<ConditionId>> by_name_;
  uint64_t overflow_ = 0;
};

std::unique_ptr<Runtime> make(const MatcherLimits& limits) { return std::make_unique<EachRuntime>(limits); }

}  // namespace

extern const KindDef kEach;
const KindDef kEach{.name = "each", .keyword = "each", .parse = parse, .make = make};

}  // namespace walle::trigger
