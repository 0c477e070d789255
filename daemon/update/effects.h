#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/update/row.h"
#include "daemon/update/state.h"

namespace walle::update {

/// Which effect an answer belongs to; an answer with an older turn is of no interest any more.
struct Ticket {
  std::string task;
  uint64_t turn = 0;
};

/// What an effect found out.
struct Detail {
  std::string reason;        ///< for refused and later
  int64_t bytes = 0;         ///< downloaded by this effect
  int64_t probation_us = 0;  ///< stage: from task.toml
  int64_t runs = 0, failures = 0;
};

/// The world outside of the state machine. Each function starts work and answers once, from the agent's thread, by
/// Agent::answer(ticket, done | skip | refused | later, detail); at once is allowed. All of them are idempotent:
/// after a restart, or after `later`, they are called again with the same row.
class Effects {
 public:
  virtual ~Effects() = default;
  /// Roles and manifest: done only if director and publisher agree on this version.
  virtual void verify(const TaskRow& row, Ticket ticket) = 0;
  virtual void reserve(const TaskRow& row, Ticket ticket) = 0;
  virtual void fetch(const TaskRow& row, Ticket ticket) = 0;
  virtual void stage(const TaskRow& row, Ticket ticket) = 0;
  /// Has walled run `version` of the task from its folder.
  virtual void activate(const TaskRow& row, const Installed& version, Ticket ticket) = 0;
  /// Has walled drop the task.
  virtual void deactivate(const TaskRow& row, Ticket ticket) = 0;
  /// Removes what no row names any more (its current, previous and target stay).
  virtual void collect(const std::vector<TaskRow>& rows, Ticket ticket) = 0;
  /// The answer to this ticket is not wanted any more: stop soon, if possible.
  virtual void cancel(const Ticket& ticket) = 0;
};

}  // namespace walle::update
