#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "libwalle/base/result.h"
#include "libwalle/base/value.h"

namespace walle::operators {

/// A function of the author (Python's f, g, h), called with one argument (filter, map, key_by) or two (reduce: the
/// result so far and the next value; join: left and right). Called on the thread that drives the pipeline.
using Function = std::function<Result<Value>(std::span<const Value> arguments)>;

/// An argument of an operator: a value (text of an expression, a duration, a window's kind) or a function.
using Argument = std::variant<Value, Function>;

/// What flows between operators. Which fields are set depends on what is upstream.
struct Item {
  Value value;
  int64_t time_us = 0;
  bool keyed = false;
  Value key;             ///< after key_by
  uint64_t pane = 0;     ///< after a window: one for each (key, window); 0 = none
  int64_t from_us = 0;   ///< of the pane
  int64_t to_us = 0;     ///< of the pane; exclusive; grows while a session is open
  bool reduced = false;  ///< the result of a reduce
};

/// A window has closed: no more items of this pane follow.
struct PaneClosed {
  uint64_t pane = 0;
  Value key;
  bool keyed = false;
  int64_t from_us = 0, to_us = 0;
};

/// Where an operator puts its output; the next one downstream.
class Sink {
 public:
  virtual ~Sink() = default;
  [[nodiscard]] virtual Status item(Item item) = 0;
  [[nodiscard]] virtual Status closed(const PaneClosed& pane) = 0;
};

struct OperatorStats {
  uint64_t in = 0, out = 0;
  uint64_t late = 0;      ///< items for a window that had closed
  uint64_t overflow = 0;  ///< items or panes dropped by a bound
};

/// One stage. Incremental: state grows with open keys and panes only, bounded by Limits. One thread at a time.
class Operator {
 public:
  virtual ~Operator() = default;
  /// `port` is 0, or 1 for the right side of a join.
  [[nodiscard]] virtual Status item(int port, Item item, Sink& out) = 0;
  [[nodiscard]] virtual Status closed(const PaneClosed& pane, Sink& out) { return out.closed(pane); }
  /// Time has come to `now_us`; windows close here, also without input.
  [[nodiscard]] virtual Status advance(int64_t /*now_us*/, Sink& /*out*/) { return {}; }
  /// The end of the input: closes what is open.
  [[nodiscard]] virtual Status finish(Sink& /*out*/) { return {}; }
  [[nodiscard]] virtual int64_t next_deadline_us() const { return INT64_MAX; }
  [[nodiscard]] const OperatorStats& stats() const { return stats_; }

 protected:
  OperatorStats stats_;
};

struct Limits {
  size_t keys = 10'000;     ///< open keys or panes; the oldest is closed early (counted)
  size_t values = 100'000;  ///< values held by a window without reduce, or by a join
};

/// One kind of operator; streamd/operators/kinds/<name>.cpp defines one.
struct OperatorDef {
  std::string_view name;   ///< as in Python: "key_by"
  std::string_view usage;  ///< one line for messages: key_by(field or function)
  /// Errors: invalid_argument that repeats the usage.
  Result<std::unique_ptr<Operator>> (*make)(std::span<const Argument> arguments, const Limits& limits);
};

/// All operators, sorted by file name.
[[nodiscard]] std::span<const OperatorDef* const> operator_defs();

/// Makes an operator by name. Errors: not_found naming those that exist; invalid_argument.
[[nodiscard]] Result<std::unique_ptr<Operator>> make_operator(std::string_view name,
                                                              std::span<const Argument> arguments,
                                                              const Limits& limits = {});

/// Turns an argument into a function: text becomes an expression over the (first) argument.
/// Errors: invalid_argument for anything else.
[[nodiscard]] Result<Function> function_of(const Argument& argument);

}  // namespace walle::operators
