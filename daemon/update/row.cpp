#include "daemon/update/row.h"

namespace walle::update {
namespace {

Value to_value(const Installed& installed) {
  return {{"scenario", installed.scenario},
          {"version", installed.version},
          {"counter", installed.counter},
          {"manifest", to_hex(installed.manifest)}};
}

Value to_value(const Target& target) {
  // The wire's own form, in an offer of one task.
  wire::Offer offer{.device = "self", .origins = target.origins};
  if (!target.offered.task.empty()) offer.tasks.push_back(target.offered);
  return wire::to_value(offer);
}

Result<Target> target_from(const Value& value) {
  wire::Offer offer = WALLE_TRY(wire::offer_from_value(value));
  Target out{.origins = std::move(offer.origins)};
  if (!offer.tasks.empty()) out.offered = std::move(offer.tasks[0]);
  return out;
}

Result<std::optional<Installed>> installed_from(const Value& map, std::string_view key) {
  const auto it = map.find(std::string(key));
  if (it == map.end() || it->is_null()) return std::optional<Installed>();
  Installed out;
  out.scenario = WALLE_TRY(get_string(*it, "scenario"));
  out.version = WALLE_TRY(get_string(*it, "version"));
  out.counter = WALLE_TRY(get_int(*it, "counter"));
  const std::string manifest = WALLE_TRY(get_string(*it, "manifest"));
  out.manifest = WALLE_TRY(digest_from_hex(manifest));
  return std::optional<Installed>(std::move(out));
}

}  // namespace

Value to_value(const TaskRow& row) {
  Value out = {{"task", row.task},
               {"state", name_of(row.state)},
               {"target", to_value(row.target)},
               {"highest_counter", row.highest_counter},
               {"not_before_us", row.not_before_us},
               {"probation_us", row.probation_us},
               {"probation_until_us", row.probation_until_us},
               {"restarts", row.restarts},
               {"bytes", row.bytes},
               {"runs", row.runs},
               {"failures", row.failures},
               {"reason", row.reason}};
  if (row.pending) out["pending"] = to_value(*row.pending);
  if (row.current) out["current"] = to_value(*row.current);
  if (row.previous) out["previous"] = to_value(*row.previous);
  return out;
}

Result<TaskRow> row_from_value(const Value& value) {
  TaskRow out;
  out.task = WALLE_TRY(get_string(value, "task"));
  const std::string state = WALLE_TRY(get_string(value, "state"));
  out.state = state_from(state);
  const Value* target = WALLE_TRY(get_map(value, "target"));
  out.target = WALLE_TRY(target_from(*target));
  if (value.contains("pending")) out.pending = WALLE_TRY(target_from(value["pending"]));
  out.current = WALLE_TRY(installed_from(value, "current"));
  out.previous = WALLE_TRY(installed_from(value, "previous"));
  out.highest_counter = WALLE_TRY(get_int(value, "highest_counter"));
  out.not_before_us = WALLE_TRY(get_int_or(value, "not_before_us", 0));
  out.probation_us = WALLE_TRY(get_int_or(value, "probation_us", 0));
  out.probation_until_us = WALLE_TRY(get_int_or(value, "probation_until_us", 0));
  out.restarts = WALLE_TRY(get_int_or(value, "restarts", 0));
  out.bytes = WALLE_TRY(get_int_or(value, "bytes", 0));
  out.runs = WALLE_TRY(get_int_or(value, "runs", 0));
  out.failures = WALLE_TRY(get_int_or(value, "failures", 0));
  out.reason = WALLE_TRY(get_string_or(value, "reason", ""));
  return out;
}

}  // namespace walle::update
