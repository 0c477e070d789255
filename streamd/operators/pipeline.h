#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "streamd/operators/operator.h"

namespace walle::operators {

/// A row and its time: of the value, or the end of its window. So one pipeline can feed another's join.
struct TimedRow {
  int64_t time_us = 0;
  Value value;
};

/// A chain of operators, as written `events.key_by("page").window("tumbling", "10s").filter(f).map(g).reduce(h)`.
/// Rows that leave it: after a window {"key", "from_us", "to_us", "value"} ("key" null without key_by; without a reduce
/// "value" is the list of the window's values); after key_by with reduce {"key", "value"}; else the value itself.
/// One thread at a time. After an error of a function the pipeline is in its state before or after that item.
class Pipeline {
 public:
  explicit Pipeline(Limits limits = {});
  Pipeline(Pipeline&&) noexcept;
  Pipeline& operator=(Pipeline&&) noexcept;
  ~Pipeline();

  /// Appends an operator. Errors: from make_operator; failed_precondition once items were pushed.
  [[nodiscard]] Status add(std::string_view name, std::span<const Argument> arguments);

  /// Feeds one value with its time (events: their map form and time_us). `port` 1 feeds the right side of the join
  /// (there may be one). Lets time pass to time_us.
  [[nodiscard]] Status push(const Value& value, int64_t time_us, int port = 0);
  /// Lets time pass without input.
  [[nodiscard]] Status advance(int64_t now_us);
  /// The end of the input: open windows close, reduces give their last value.
  [[nodiscard]] Status finish();
  /// When advance may produce rows, or INT64_MAX.
  [[nodiscard]] int64_t next_deadline_us() const;
  /// The rows that came out since the last call.
  [[nodiscard]] std::vector<Value> take();
  [[nodiscard]] std::vector<TimedRow> take_timed();
  /// One entry an operator, in order.
  [[nodiscard]] std::vector<OperatorStats> stats() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace walle::operators
