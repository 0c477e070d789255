#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/update/state.h"
#include "ipc/wire/offer.h"
#include "libwalle/base/result.h"
#include "libwalle/base/value.h"

namespace walle::update {

/// A version whose folder is on disk.
struct Installed {
  std::string scenario;
  std::string version;
  int64_t counter = 0;
  Digest manifest{};
};

/// What an offer said about one task, with the origins of that offer.
struct Target {
  wire::OfferedTask offered;
  std::vector<std::string> origins;
};

/// All that the agent knows of one task: one row of the journal.
struct TaskRow {
  std::string task;
  State state = State::idle;
  Target target;                      ///< of the update under way, or the last one
  std::optional<Target> pending;      ///< came while switching or later; taken up in idle
  std::optional<Installed> current;   ///< what walled runs
  std::optional<Installed> previous;  ///< kept on disk for a rollback without a download
  int64_t highest_counter = 0;        ///< nothing at or below it is accepted
  int64_t not_before_us = 0;          ///< start jitter
  int64_t probation_us = 0;           ///< how long the probation may last
  int64_t probation_until_us = 0;
  int64_t restarts = 0;            ///< of the agent during this update
  int64_t bytes = 0;               ///< downloaded for this update
  int64_t runs = 0, failures = 0;  ///< of the probation
  std::string reason;              ///< why it failed
};

[[nodiscard]] Value to_value(const TaskRow& row);
/// Errors: data_loss for a row that this build cannot read.
[[nodiscard]] Result<TaskRow> row_from_value(const Value& value);

}  // namespace walle::update
