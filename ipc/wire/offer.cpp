#include "ipc/wire/offer.h"

#include <array>

#include "ipc/wire/fields.h"
#include "ipc/wire/topics.h"
#include "libwalle/base/parse.h"

namespace walle::wire {
namespace {

constexpr std::array<std::string_view, 3> kActions = {"install", "remove", "rollback"};

Value to_value(const OfferedTask& task) {
  Value out = {{"scenario", task.scenario},
               {"task", task.task},
               {"action", name_of(task.action)},
               {"version", task.version},
               {"counter", task.counter},
               {"manifest", to_hex(task.manifest)},
               {"manifest_bytes", task.manifest_bytes}};
  if (task.deadline_us != 0) out["deadline_us"] = task.deadline_us;
  if (task.jitter_us != 0) out["jitter_us"] = task.jitter_us;
  if (task.window) out["window"] = {{"from", task.window->from_minute}, {"to", task.window->to_minute}};
  for (const ExclusiveFile& file : task.exclusive) {
    out["exclusive"].push_back({{"path", file.path}, {"size", file.size}, {"sha256", to_hex(file.sha256)}});
  }
  return out;
}

Result<OfferAction> action_from(std::string_view name) {
  for (size_t i = 0; i < kActions.size(); ++i) {
    if (kActions[i] == name) return static_cast<OfferAction>(i);
  }
  return fail(ErrorCode::unsupported, "unknown action '" + std::string(name.substr(0, 32)) + "'");
}

Result<OfferWindow> window_from(const Value& value) {
  OfferWindow out;
  out.from_minute = WALLE_TRY(get_int(value, "from"));
  out.to_minute = WALLE_TRY(get_int(value, "to"));
  if (out.from_minute < 0 || out.from_minute >= 1440 || out.to_minute < 0 || out.to_minute > 1440) {
    return fail(ErrorCode::invalid_argument, "'window' must be minutes of a day");
  }
  return out;
}

Result<ExclusiveFile> exclusive_from(const Value& value) {
  ExclusiveFile out;
  out.path = WALLE_TRY(fields::text(value, "path", 1024));
  out.size = WALLE_TRY(fields::count_or(value, "size"));
  out.sha256 = WALLE_TRY(fields::digest(value, "sha256"));
  return out;
}

Result<OfferedTask> task_from(const Value& value) {
  OfferedTask out;
  out.scenario = WALLE_TRY(fields::text(value, "scenario", 64));
  out.task = WALLE_TRY(fields::text(value, "task", 64));
  if (!is_name(out.task) || !is_name(out.scenario)) {
    return fail(ErrorCode::invalid_argument, "'task' and 'scenario' must be names");
  }
  const std::string action = WALLE_TRY(fields::text(value, "action", 32));
  out.action = WALLE_TRY(action_from(action));
  out.counter = WALLE_TRY(fields::count_or(value, "counter"));
  out.version = WALLE_TRY(fields::text_or(value, "version", 64));
  out.deadline_us = WALLE_TRY(fields::count_or(value, "deadline_us"));
  out.jitter_us = WALLE_TRY(fields::count_or(value, "jitter_us"));
  if (out.action == OfferAction::remove) return out;
  out.manifest = WALLE_TRY(fields::digest(value, "manifest"));
  out.manifest_bytes = WALLE_TRY(fields::count_or(value, "manifest_bytes"));
  if (value.contains("window")) out.window = WALLE_TRY(window_from(value["window"]));
  const Value* exclusive = WALLE_TRY(fields::list(value, "exclusive", kMaxExclusiveFiles));
  if (exclusive != nullptr) {
    for (const Value& file : *exclusive) out.exclusive.push_back(WALLE_TRY(exclusive_from(file)));
  }
  return out;
}

}  // namespace

std::string_view name_of(OfferAction action) { return kActions[static_cast<size_t>(action)]; }

Value to_value(const Offer& offer) {
  Value tasks = Value::array();
  for (const OfferedTask& task : offer.tasks) tasks.push_back(to_value(task));
  return {{"type", "offer"},
          {"format", 1},
          {"device", offer.device},
          {"nonce", offer.nonce},
          {"epoch", offer.epoch},
          {"time_us", offer.time_us},
          {"expires_us", offer.expires_us},
          {"ask_profile", offer.ask_profile},
          {"origins", offer.origins},
          {"tasks", std::move(tasks)}};
}

Result<Offer> offer_from_value(const Value& value) {
  WALLE_TRY(fields::format(value, 1));
  if (WALLE_TRY(get_string(value, "type")) != "offer") return fail(ErrorCode::invalid_argument, "not an offer");
  Offer out;
  out.device = WALLE_TRY(fields::text(value, "device", 64));
  if (!is_device_id(out.device)) return fail(ErrorCode::invalid_argument, "'device' is not a device's name");
  out.nonce = WALLE_TRY(fields::text_or(value, "nonce", 64));
  out.epoch = WALLE_TRY(fields::count_or(value, "epoch"));
  out.time_us = WALLE_TRY(fields::count_or(value, "time_us"));
  out.expires_us = WALLE_TRY(fields::count_or(value, "expires_us"));
  out.ask_profile = WALLE_TRY(get_bool_or(value, "ask_profile", false));
  out.origins = WALLE_TRY(fields::texts(value, "origins", kMaxOrigins, 512));
  const Value* tasks = WALLE_TRY(fields::list(value, "tasks", kMaxOfferedTasks));
  if (tasks != nullptr) {
    for (const Value& task : *tasks) out.tasks.push_back(WALLE_TRY(task_from(task)));
  }
  return out;
}

}  // namespace walle::wire
