#include "ipc/bundle/trust.h"

#include "libwalle/base/digest.h"

namespace walle::bundle {
namespace {

tl::unexpected<Error> stale(std::string message) { return fail(ErrorCode::failed_precondition, std::move(message)); }

Status check_expiry(std::string_view what, int64_t expires_us, int64_t now_us) {
  if (now_us < expires_us) return {};
  return stale(std::string(what) + " has expired: the cloud has to sign a fresh one (or this device's clock is wrong)");
}

Status check_version(std::string_view what, int64_t got, int64_t known) {
  if (got >= known) return {};
  return stale(std::string(what) + " version " + std::to_string(got) + " is older than the known " +
               std::to_string(known));
}

Status check_reference(std::string_view what, std::string_view json, const FileReference& file) {
  if (static_cast<int64_t>(json.size()) == file.size && sha256(json) == file.sha256) return {};
  return fail(ErrorCode::data_loss, std::string(what) + " does not have the size and hash that were signed for");
}

/// Parsed and signed by `role` of `root`.
Result<Value> verified(std::string_view json, const Root& root, const Role& role, std::string_view name) {
  Envelope envelope = WALLE_TRY(parse_envelope(json));
  WALLE_TRY(verify_threshold(envelope, role, root.keys, name));
  return std::move(envelope.content);
}

/// Longest chain of roots that is kept and followed.
constexpr size_t kMaxChain = 1024;
constexpr size_t kMaxChainBytes = 16U << 20;

/// The root in `envelope`, if it may follow `root`.
Result<Root> next_root(const Root& root, const Envelope& envelope) {
  Root next = WALLE_TRY(root_from_value(envelope.content));
  if (next.version != root.version + 1) {
    return stale("root version " + std::to_string(next.version) + " does not follow " + std::to_string(root.version));
  }
  WALLE_TRY(verify_threshold(envelope, root.root, root.keys, "root (by the old keys)"));
  WALLE_TRY(verify_threshold(envelope, next.root, next.keys, "root (by the new keys)"));
  return next;
}

bool same_keys(const Role& a, const Role& b) { return a.keys == b.keys && a.threshold == b.threshold; }

}  // namespace

Result<Trust> Trust::pin(std::string_view root_json) {
  const Envelope envelope = WALLE_TRY(parse_envelope(root_json));
  Trust out;
  out.root_ = WALLE_TRY(root_from_value(envelope.content));
  WALLE_TRY(verify_threshold(envelope, out.root_.root, out.root_.keys, "root"));
  out.pinned_json_ = root_json;
  return out;
}

Status Trust::update_root(std::string_view json) {
  const Envelope envelope = WALLE_TRY(parse_envelope(json));
  if (later_roots_.size() >= kMaxChain) return fail(ErrorCode::resource_exhausted, "too many roots: enrol again");
  Root next = WALLE_TRY(next_root(root_, envelope));
  const bool forget = !same_keys(next.timestamp, root_.timestamp) || !same_keys(next.snapshot, root_.snapshot);
  root_ = std::move(next);
  later_roots_.emplace_back(json);
  if (forget) {
    timestamp_.reset();
    snapshot_.reset();
    timestamp_known_ = snapshot_known_ = {};
  }
  // What a key that is gone has signed counts no longer.
  std::erase_if(targets_, [&](const auto& item) {
    const auto role = root_.publishers.find(item.first);
    const auto known = targets_known_.find(item.first);
    return role == root_.publishers.end() || known == targets_known_.end() ||
           !verified(known->second.json, root_, role->second, "publisher");
  });
  return {};
}

Status Trust::update_timestamp(std::string_view json, int64_t now_us) {
  WALLE_TRY(check_expiry("root", root_.expires_us, now(now_us)));
  const Value content = WALLE_TRY(verified(json, root_, root_.timestamp, "timestamp"));
  Timestamp next = WALLE_TRY(timestamp_from_value(content));
  WALLE_TRY(check_version("timestamp", next.version, timestamp_known_.version));
  if (timestamp_) WALLE_TRY(check_version("snapshot", next.snapshot.version, timestamp_->snapshot.version));
  WALLE_TRY(check_expiry("timestamp", next.expires_us, now(now_us)));
  if (next.time_us > floor_us_) floor_us_ = next.time_us;
  timestamp_known_ = {.json = std::string(json), .version = next.version};
  timestamp_ = std::move(next);
  return {};
}

Status Trust::update_snapshot(std::string_view json, int64_t now_us) {
  if (!timestamp_) return stale("a snapshot without a timestamp");
  WALLE_TRY(check_reference("snapshot", json, timestamp_->snapshot));
  const Value content = WALLE_TRY(verified(json, root_, root_.snapshot, "snapshot"));
  Snapshot next = WALLE_TRY(snapshot_from_value(content));
  if (next.version != timestamp_->snapshot.version) return stale("snapshot has another version than was signed for");
  WALLE_TRY(check_version("snapshot", next.version, snapshot_known_.version));
  if (snapshot_) {
    for (const auto& [scenario, file] : snapshot_->targets) {
      const auto it = next.targets.find(scenario);
      if (it != next.targets.end()) WALLE_TRY(check_version("targets", it->second.version, file.version));
    }
  }
  WALLE_TRY(check_expiry("snapshot", next.expires_us, now(now_us)));
  snapshot_known_ = {.json = std::string(json), .version = next.version};
  snapshot_ = std::move(next);
  return {};
}

Status Trust::update_targets(std::string_view scenario, std::string_view json, int64_t now_us) {
  if (!snapshot_) return stale("targets without a snapshot");
  const std::string name(scenario);
  const auto file = snapshot_->targets.find(name);
  const auto role = root_.publishers.find(name);
  if (file == snapshot_->targets.end() || role == root_.publishers.end()) {
    return fail(ErrorCode::permission_denied, "root delegates no publisher for scenario '" + name + "'");
  }
  WALLE_TRY(check_reference("targets", json, file->second));
  const Value content = WALLE_TRY(verified(json, root_, role->second, "publisher of '" + name + "'"));
  Targets next = WALLE_TRY(targets_from_value(content));
  if (next.scenario != name || next.version != file->second.version) {
    return stale("targets are those of another scenario or version than was signed for");
  }
  WALLE_TRY(check_expiry("targets", next.expires_us, now(now_us)));
  targets_known_[name] = {.json = std::string(json), .version = next.version};
  targets_[name] = std::move(next);
  return {};
}

std::optional<FileReference> Trust::wanted_snapshot() const {
  if (!timestamp_) return std::nullopt;
  if (snapshot_ && snapshot_->version == timestamp_->snapshot.version &&
      sha256(snapshot_known_.json) == timestamp_->snapshot.sha256) {
    return std::nullopt;
  }
  return timestamp_->snapshot;
}

std::optional<FileReference> Trust::wanted_targets(std::string_view scenario) const {
  if (!snapshot_) return std::nullopt;
  const auto file = snapshot_->targets.find(std::string(scenario));
  if (file == snapshot_->targets.end()) return std::nullopt;
  const auto known = targets_known_.find(scenario);
  if (known != targets_known_.end() && targets_.contains(scenario) &&
      sha256(known->second.json) == file->second.sha256) {
    return std::nullopt;
  }
  return file->second;
}

Result<Target> Trust::target(std::string_view scenario, std::string_view task, std::string_view version,
                             int64_t now_us) const {
  if (!timestamp_ || !snapshot_) return stale("no timestamp and snapshot yet");
  WALLE_TRY(check_expiry("root", root_.expires_us, now(now_us)));
  WALLE_TRY(check_expiry("timestamp", timestamp_->expires_us, now(now_us)));
  WALLE_TRY(check_expiry("snapshot", snapshot_->expires_us, now(now_us)));
  const auto targets = targets_.find(scenario);
  if (targets == targets_.end()) return stale("no targets of scenario '" + std::string(scenario) + "' yet");
  WALLE_TRY(check_expiry("targets", targets->second.expires_us, now(now_us)));
  const auto listed = snapshot_->targets.find(std::string(scenario));
  if (listed == snapshot_->targets.end() || listed->second.version != targets->second.version) {
    return stale("targets of scenario '" + std::string(scenario) + "' are not those of the snapshot");
  }
  const auto entry = targets->second.entries.find(std::string(task) + "/" + std::string(version));
  if (entry == targets->second.entries.end()) {
    return fail(ErrorCode::not_found, "the publisher of '" + std::string(scenario) + "' has not signed " +
                                          std::string(task) + "/" + std::string(version));
  }
  return entry->second;
}

Result<std::string> Trust::evidence(std::string_view scenario) const {
  const auto known = targets_known_.find(scenario);
  if (known == targets_known_.end()) return fail(ErrorCode::not_found, "no targets of '" + std::string(scenario) + "'");
  return known->second.json;
}

std::string Trust::root_chain() const {
  std::string out = "[";
  for (const std::string& json : later_roots_) out += (out.size() > 1 ? "," : "") + json;
  return out + "]";
}

Result<Root> follow_chain(const Root& pinned, std::string_view chain_json) {
  const Value chain = WALLE_TRY(parse_json(chain_json, {.bytes = kMaxChainBytes, .depth = 13}));
  if (!chain.is_array() || chain.size() > kMaxChain) {
    return fail(ErrorCode::invalid_argument, "a chain of roots must be a list of at most 1024");
  }
  Root root = pinned;
  for (const Value& link : chain) {
    const Envelope envelope = WALLE_TRY(parse_envelope(to_json(link)));
    const int64_t version = WALLE_TRY(get_int(envelope.content, "version"));
    if (version <= root.version) continue;
    root = WALLE_TRY(next_root(root, envelope));
  }
  return root;
}

Result<Value> Trust::verify_offer(std::string_view json) const {
  return verified(json, root_, root_.director, "director");
}

Value Trust::save() const {
  Value targets = Value::object();
  for (const auto& [scenario, known] : targets_known_) targets[scenario] = known.json;
  return {{"root", pinned_json_},
          {"roots", later_roots_},
          {"floor_us", floor_us_},
          {"timestamp", timestamp_known_.json},
          {"snapshot", snapshot_known_.json},
          {"targets", std::move(targets)}};
}

Result<Trust> Trust::restore(const Value& saved) {
  const std::string root = WALLE_TRY(get_string(saved, "root"));
  Trust out = WALLE_TRY(pin(root));
  if (saved.contains("roots")) {
    for (const Value& later : saved["roots"]) {
      if (later.is_string()) WALLE_TRY(out.update_root(later.get_ref<const std::string&>()));
    }
  }
  const std::string timestamp = WALLE_TRY(get_string_or(saved, "timestamp", ""));
  const std::string snapshot = WALLE_TRY(get_string_or(saved, "snapshot", ""));
  // Expiry is asked when a target is looked up; here the clock stands still before every expiry.
  constexpr int64_t kLongAgo = 0;
  if (!timestamp.empty()) WALLE_TRY(out.update_timestamp(timestamp, kLongAgo));
  out.floor_us_ = 0;
  if (!snapshot.empty() && out.timestamp_) {
    // A snapshot older than the timestamp (a stop between the two) is fetched again.
    (void)out.update_snapshot(snapshot, kLongAgo);
  }
  const Value* targets = WALLE_TRY(get_map(saved, "targets"));
  for (const auto& [scenario, json] : targets->items()) {
    if (json.is_string()) (void)out.update_targets(scenario, json.get_ref<const std::string&>(), kLongAgo);
  }
  out.floor_us_ = WALLE_TRY(get_int_or(saved, "floor_us", 0));
  return out;
}

}  // namespace walle::bundle
