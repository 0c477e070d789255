// Role documents to values and back.
#include <algorithm>

#include "ipc/bundle/roles.h"
#include "libwalle/base/parse.h"

namespace walle::bundle {
namespace {

constexpr size_t kMaxKeys = 256;
constexpr size_t kMaxScenarios = 1024;
constexpr size_t kMaxTargets = 8192;

tl::unexpected<Error> wrong(std::string message) { return fail(ErrorCode::invalid_argument, std::move(message)); }

Value to_value(const Role& role) { return {{"keys", role.keys}, {"threshold", role.threshold}}; }

Value to_value(const FileReference& file) {
  return {{"version", file.version}, {"size", file.size}, {"sha256", to_hex(file.sha256)}};
}

/// A role whose keys are all known, different, and enough for its threshold.
Result<Role> role_from(const Value& map, std::string_view name, const std::map<std::string, PublicKey>& keys) {
  const Value* value = WALLE_TRY(get_map(map, name));
  const Value* ids = WALLE_TRY(get_list(*value, "keys"));
  Role out;
  out.threshold = WALLE_TRY(get_int(*value, "threshold"));
  for (const Value& id : *ids) {
    if (!id.is_string() || !keys.contains(id.get_ref<const std::string&>())) {
      return wrong("role '" + std::string(name) + "' names an unknown key");
    }
    out.keys.push_back(id.get<std::string>());
    if (std::count(out.keys.begin(), out.keys.end(), out.keys.back()) > 1) {
      return wrong("role '" + std::string(name) + "' names a key twice");
    }
    if (out.keys.size() > kMaxKeys) return fail(ErrorCode::resource_exhausted, "too many keys");
  }
  if (out.threshold < 1 || out.threshold > static_cast<int64_t>(out.keys.size())) {
    return wrong("role '" + std::string(name) + "' has a threshold that its keys cannot meet");
  }
  return out;
}

Result<Digest> digest_member(const Value& value) {
  const std::string text = WALLE_TRY(get_string(value, "sha256"));
  return digest_from_hex(text);
}

Result<FileReference> reference_from(const Value& value) {
  FileReference out;
  out.version = WALLE_TRY(get_int(value, "version"));
  out.size = WALLE_TRY(get_int(value, "size"));
  out.sha256 = WALLE_TRY(digest_member(value));
  if (out.version < 1 || out.size < 1 || out.size > static_cast<int64_t>(kMaxRoleBytes)) {
    return wrong("a file reference has a version below 1 or a size over the limit");
  }
  return out;
}

/// Checks `type` and reads what all documents have.
Status read_head(const Value& value, std::string_view type, int64_t& version, int64_t& expires_us) {
  if (WALLE_TRY(get_string(value, "type")) != type) return wrong("'type' must be \"" + std::string(type) + "\"");
  if (WALLE_TRY(get_int(value, "format")) != 1) {
    return fail(ErrorCode::unsupported, std::string(type) + " of a newer format: upgrade Walle on this device");
  }
  version = WALLE_TRY(get_int(value, "version"));
  expires_us = WALLE_TRY(get_int(value, "expires_us"));
  if (version < 1) return wrong("'version' must be at least 1");
  return {};
}

Value head(std::string_view type, int64_t version, int64_t expires_us) {
  return {{"type", type}, {"format", 1}, {"version", version}, {"expires_us", expires_us}};
}

Result<std::map<std::string, PublicKey>> keys_from(const Value& value) {
  std::map<std::string, PublicKey> out;
  const Value* keys = WALLE_TRY(get_map(value, "keys"));
  if (keys->size() > kMaxKeys) return fail(ErrorCode::resource_exhausted, "too many keys");
  for (const auto& [id, text] : keys->items()) {
    if (!text.is_string()) return wrong("a key must be 64 hexadecimal characters");
    PublicKey key;
    key.bytes = WALLE_TRY(digest_from_hex(text.get_ref<const std::string&>()));
    if (key.id() != id) return wrong("key '" + id.substr(0, 64) + "' is not the hash of its bytes");
    out.emplace(id, key);
  }
  return out;
}

}  // namespace

Value to_value(const Root& root) {
  Value out = head("root", root.version, root.expires_us);
  out["keys"] = Value::object();
  for (const auto& [id, key] : root.keys) out["keys"][id] = to_hex(key.bytes);
  out["roles"] = {{"root", to_value(root.root)},
                  {"snapshot", to_value(root.snapshot)},
                  {"timestamp", to_value(root.timestamp)},
                  {"director", to_value(root.director)}};
  out["publishers"] = Value::object();
  for (const auto& [scenario, role] : root.publishers) out["publishers"][scenario] = to_value(role);
  return out;
}

Result<Root> root_from_value(const Value& value) {
  Root out;
  WALLE_TRY(read_head(value, "root", out.version, out.expires_us));
  out.keys = WALLE_TRY(keys_from(value));
  const Value* roles = WALLE_TRY(get_map(value, "roles"));
  out.root = WALLE_TRY(role_from(*roles, "root", out.keys));
  out.snapshot = WALLE_TRY(role_from(*roles, "snapshot", out.keys));
  out.timestamp = WALLE_TRY(role_from(*roles, "timestamp", out.keys));
  out.director = WALLE_TRY(role_from(*roles, "director", out.keys));
  const Value* publishers = WALLE_TRY(get_map(value, "publishers"));
  if (publishers->size() > kMaxScenarios) return fail(ErrorCode::resource_exhausted, "too many scenarios");
  for (const auto& [scenario, unused] : publishers->items()) {
    if (!is_name(scenario)) return wrong("'publishers' holds a scenario that is not a name");
    out.publishers[scenario] = WALLE_TRY(role_from(*publishers, scenario, out.keys));
  }
  return out;
}

Value to_value(const Timestamp& timestamp) {
  Value out = head("timestamp", timestamp.version, timestamp.expires_us);
  out["time_us"] = timestamp.time_us;
  out["snapshot"] = to_value(timestamp.snapshot);
  return out;
}

Result<Timestamp> timestamp_from_value(const Value& value) {
  Timestamp out;
  WALLE_TRY(read_head(value, "timestamp", out.version, out.expires_us));
  out.time_us = WALLE_TRY(get_int(value, "time_us"));
  const Value* snapshot = WALLE_TRY(get_map(value, "snapshot"));
  out.snapshot = WALLE_TRY(reference_from(*snapshot));
  return out;
}

Value to_value(const Snapshot& snapshot) {
  Value out = head("snapshot", snapshot.version, snapshot.expires_us);
  out["targets"] = Value::object();
  for (const auto& [scenario, file] : snapshot.targets) out["targets"][scenario] = to_value(file);
  return out;
}

Result<Snapshot> snapshot_from_value(const Value& value) {
  Snapshot out;
  WALLE_TRY(read_head(value, "snapshot", out.version, out.expires_us));
  const Value* targets = WALLE_TRY(get_map(value, "targets"));
  if (targets->size() > kMaxScenarios) return fail(ErrorCode::resource_exhausted, "too many scenarios");
  for (const auto& [scenario, file] : targets->items()) {
    out.targets[scenario] = WALLE_TRY(reference_from(file));
  }
  return out;
}

Value to_value(const Targets& targets) {
  Value out = head("targets", targets.version, targets.expires_us);
  out["scenario"] = targets.scenario;
  out["targets"] = Value::object();
  for (const auto& [name, target] : targets.entries) {
    out["targets"][name] = {
        {"sha256", to_hex(target.manifest)}, {"size", target.manifest_bytes}, {"counter", target.counter}};
  }
  return out;
}

Result<Targets> targets_from_value(const Value& value) {
  Targets out;
  WALLE_TRY(read_head(value, "targets", out.version, out.expires_us));
  out.scenario = WALLE_TRY(get_string(value, "scenario"));
  const Value* targets = WALLE_TRY(get_map(value, "targets"));
  if (targets->size() > kMaxTargets) return fail(ErrorCode::resource_exhausted, "too many targets");
  for (const auto& [name, target] : targets->items()) {
    Target entry;
    entry.manifest = WALLE_TRY(digest_member(target));
    entry.manifest_bytes = WALLE_TRY(get_int(target, "size"));
    entry.counter = WALLE_TRY(get_int(target, "counter"));
    out.entries[name] = entry;
  }
  return out;
}

}  // namespace walle::bundle
