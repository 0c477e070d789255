#include "streamd/operators/pipeline.h"

#include <algorithm>
#include <map>

namespace walle::operators {
namespace {

/// The end of the chain: turns items into rows; collects the values of windows that nothing reduces.
class Collector final : public Sink {
 public:
  explicit Collector(const Limits& limits) : limits_(limits) {}

  Status item(Item item) override {
    if (item.pane != 0) {
      if (held_ >= limits_.values) {
        ++overflow_;
        return {};
      }
      ++held_;
      panes_[item.pane].push_back(std::move(item.value));
      return {};
    }
    const bool windowed = item.to_us > item.from_us;
    if (windowed) {
      put(item.time_us,
          row(item.keyed ? std::move(item.key) : Value(), item.from_us, item.to_us, std::move(item.value)));
    } else if (item.reduced && item.keyed) {
      put(item.time_us, Value{{"key", std::move(item.key)}, {"value", std::move(item.value)}});
    } else {
      put(item.time_us, std::move(item.value));
    }
    return {};
  }

  Status closed(const PaneClosed& pane) override {
    const auto found = panes_.find(pane.pane);
    if (found == panes_.end()) return {};
    held_ -= found->second.size();
    put(pane.to_us, row(pane.keyed ? pane.key : Value(), pane.from_us, pane.to_us, Value(std::move(found->second))));
    panes_.erase(found);
    return {};
  }

  std::vector<TimedRow> rows;

 private:
  static Value row(Value key, int64_t from_us, int64_t to_us, Value value) {
    return {{"key", std::move(key)}, {"from_us", from_us}, {"to_us", to_us}, {"value", std::move(value)}};
  }
  void put(int64_t time_us, Value value) { rows.push_back({time_us, std::move(value)}); }

  Limits limits_;
  std::map<uint64_t, std::vector<Value>> panes_;
  size_t held_ = 0;
  uint64_t overflow_ = 0;
};

}  // namespace

struct Pipeline::State {
  /// Hands the output of one operator to the next.
  class Hop final : public Sink {
   public:
    Hop(State& state, size_t next) : state_(state), next_(next) {}
    Status item(Item item) override { return state_.item(next_, 0, std::move(item)); }
    Status closed(const PaneClosed& pane) override { return state_.closed(next_, pane); }

   private:
    State& state_;
    size_t next_;
  };

  explicit State(const Limits& bounds) : limits(bounds), collector(bounds) {}

  Status item(size_t at, int port, Item item) {
    if (at == operators.size()) return collector.item(std::move(item));
    return operators[at]->item(port, std::move(item), *hops[at]);
  }

  Status closed(size_t at, const PaneClosed& pane) {
    if (at == operators.size()) return collector.closed(pane);
    return operators[at]->closed(pane, *hops[at]);
  }

  Status advance(int64_t time_us) {
    now_us = std::max(now_us, time_us);
    for (size_t i = 0; i < operators.size(); ++i) WALLE_TRY(operators[i]->advance(now_us, *hops[i]));
    return {};
  }

  Limits limits;
  Collector collector;
  std::vector<std::unique_ptr<Operator>> operators;
  std::vector<std::unique_ptr<Hop>> hops;
  size_t join = SIZE_MAX;
  int64_t now_us = INT64_MIN;
  bool started = false;
};

Pipeline::Pipeline(Limits limits) : state_(std::make_unique<State>(limits)) {}
Pipeline::Pipeline(Pipeline&&) noexcept = default;
Pipeline& Pipeline::operator=(Pipeline&&) noexcept = default;
Pipeline::~Pipeline() = default;

Status Pipeline::add(std::string_view name, std::span<const Argument> arguments) {
  State& s = *state_;
  if (s.started) return fail(ErrorCode::failed_precondition, "operators are added before the first event is read");
  if (name == "join" && s.join != SIZE_MAX) return fail(ErrorCode::unsupported, "one join in a pipeline; chain two");
  auto made = WALLE_TRY(make_operator(name, arguments, s.limits));
  if (name == "join") s.join = s.operators.size();
  s.operators.push_back(std::move(made));
  s.hops.push_back(std::make_unique<State::Hop>(s, s.operators.size()));
  return {};
}

Status Pipeline::push(const Value& value, int64_t time_us, int port) {
  State& s = *state_;
  s.started = true;
  if (port != 0 && (port != 1 || s.join == SIZE_MAX)) {
    return fail(ErrorCode::invalid_argument, "this pipeline has no join, so no second input");
  }
  WALLE_TRY(s.advance(time_us));
  Item item;
  item.value = value;
  item.time_us = time_us;
  return s.item(port == 0 ? 0 : s.join, port, std::move(item));
}

Status Pipeline::advance(int64_t now_us) { return state_->advance(now_us); }

Status Pipeline::finish() {
  State& s = *state_;
  for (size_t i = 0; i < s.operators.size(); ++i) WALLE_TRY(s.operators[i]->finish(*s.hops[i]));
  return {};
}

int64_t Pipeline::next_deadline_us() const {
  int64_t next = INT64_MAX;
  for (const auto& one : state_->operators) next = std::min(next, one->next_deadline_us());
  return next;
}

std::vector<Value> Pipeline::take() {
  std::vector<Value> values;
  for (TimedRow& row : take_timed()) values.push_back(std::move(row.value));
  return values;
}

std::vector<TimedRow> Pipeline::take_timed() { return std::exchange(state_->collector.rows, {}); }

std::vector<OperatorStats> Pipeline::stats() const {
  std::vector<OperatorStats> stats;
  for (const auto& one : state_->operators) stats.push_back(one->stats());
  return stats;
}

}  // namespace walle::operators
