#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "streamd/trigger/condition.h"
#include "streamd/trigger/matcher.h"
#include "streamd/trigger/scanner.h"

namespace walle::trigger {

/// Grows with each condition added; the order in which conditions fire.
using ConditionId = uint64_t;

struct RawFired {
  ConditionId condition;
  int64_t time_us;
  std::vector<EventPtr> events;
};

/// Where runtimes put what fired.
using FiredList = std::vector<RawFired>;

struct RawPending {
  ConditionId condition;
  size_t steps_done;
  int64_t since_us;
};

/// Matches all conditions of one kind. Times given to it never run back.
class Runtime {
 public:
  virtual ~Runtime() = default;
  virtual void add(ConditionId id, const Condition& condition, int64_t now_us) = 0;
  virtual void remove(ConditionId id) = 0;
  virtual void on_event(const EventPtr& event, int64_t now_us, FiredList& out) = 0;
  virtual void advance(int64_t now_us, FiredList& out) = 0;
  [[nodiscard]] virtual int64_t next_deadline_us() const = 0;
  virtual void add_stats(MatcherStats& stats) const = 0;
  virtual void pending(std::vector<RawPending>& /*out*/) const {}
};

/// One kind of trigger; streamd/trigger/kinds/<name>.cpp defines one.
struct KindDef {
  std::string_view name;
  std::string_view keyword;  ///< the word that a condition of this kind begins with; empty: all other conditions
  /// Parses what follows the keyword, to the end.
  Status (*parse)(Scanner& scanner, Condition& condition);
  std::unique_ptr<Runtime> (*make)(const MatcherLimits& limits);
};

/// All kinds, sorted by file name.
[[nodiscard]] std::span<const KindDef* const> kind_defs();

}  // namespace walle::trigger
