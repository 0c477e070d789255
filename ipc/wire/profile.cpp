#include "ipc/wire/profile.h"

#include <algorithm>

#include "ipc/wire/fields.h"
#include "libwalle/base/digest.h"

namespace walle::wire {
namespace {

Value to_value(const InstalledTask& task) {
  return {{"task", task.task}, {"version", task.version}, {"counter", task.counter}, {"state", task.state}};
}

Result<InstalledTask> task_from_value(const Value& value) {
  InstalledTask out;
  out.task = WALLE_TRY(fields::text(value, "task", 64));
  out.version = WALLE_TRY(fields::text(value, "version", 64));
  out.counter = WALLE_TRY(fields::count_or(value, "counter"));
  out.state = WALLE_TRY(fields::text_or(value, "state", 32));
  return out;
}

/// Signed and hashed JSON holds no floats: they become their shortest text.
Value without_floats(const Value& map) {
  Value out = Value::object();
  for (const auto& [key, value] : map.items()) {
    if (value.is_number_float()) {
      out[key] = value.dump();
    } else {
      out[key] = value;
    }
  }
  return out;
}

}  // namespace

Value to_value(const Profile& profile) {
  Value tasks = Value::array();
  for (const InstalledTask& task : profile.tasks) tasks.push_back(to_value(task));
  return {{"labels", profile.labels},     {"hardware", profile.hardware},         {"memory_mb", profile.memory_mb},
          {"versions", profile.versions}, {"capabilities", profile.capabilities}, {"tasks", std::move(tasks)}};
}

ProfileDigest digest_of(const Profile& profile) {
  Value value = to_value(profile);
  value["hardware"] = without_floats(profile.hardware);
  // Cannot fail: no floats and no bytes are left; an empty text would only cost one more full profile.
  const Digest full = sha256(canonical_json(value).value_or(""));
  ProfileDigest out{};
  std::copy_n(full.begin(), out.size(), out.begin());
  return out;
}

Result<Profile> profile_from_value(const Value& value) {
  if (!value.is_object()) return fail(ErrorCode::invalid_argument, "a profile must be a map");
  Profile out;
  out.labels = WALLE_TRY(fields::text_map(value, "labels", 64));
  out.hardware = WALLE_TRY(fields::scalars(value, "hardware", 64));
  out.memory_mb = WALLE_TRY(fields::count_or(value, "memory_mb"));
  out.versions = WALLE_TRY(fields::text_map(value, "versions", 32));
  out.capabilities = WALLE_TRY(fields::texts(value, "capabilities", 64, 64));
  const Value* tasks = WALLE_TRY(fields::list(value, "tasks", kMaxInstalledTasks));
  if (tasks != nullptr) {
    for (const Value& task : *tasks) out.tasks.push_back(WALLE_TRY(task_from_value(task)));
  }
  return out;
}

}  // namespace walle::wire
