#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "daemon/update/effects.h"
#include "daemon/update/row.h"
#include "daemon/update/state.h"

namespace walle::update {

/// What a state may do to its row when an update arrives in it, before the transaction. Pure.
struct Arrival {
  TaskRow& row;
  State from;
  int64_t now_us;
  const Detail& detail;
};

/// What a state works with after the transaction.
struct Work {
  const TaskRow& row;
  const std::vector<TaskRow>& rows;  ///< of all tasks
  Effects& effects;
  Ticket ticket;
  int64_t now_us;
  int local_minute;     ///< of the day, for windows
  int64_t wake_us = 0;  ///< set together with `later`: when to look again (0: the usual pause)
};

struct StateDef {
  State state;
  /// Changes the row on arrival from another state (not on restart or retry). May be null.
  void (*arrive)(Arrival& arrival);
  /// Starts the effect; or answers at once by returning an event.
  std::optional<Event> (*enter)(Work& work);
  /// The outcome that arriving here means, as the cloud calls it; empty: none.
  std::string_view (*outcome)(const TaskRow& row);
};

/// All states, a file each in states/.
[[nodiscard]] std::span<const StateDef* const> state_defs();
[[nodiscard]] const StateDef& def_of(State state);

}  // namespace walle::update
