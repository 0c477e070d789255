#include "cloud-broker/trust/publisher.h"

#include <filesystem>

#include "libwalle/base/file.h"

namespace walle::trust {
namespace {

namespace fs = std::filesystem;

bundle::FileReference reference_to(std::string_view json, int64_t version) {
  return {version, static_cast<int64_t>(json.size()), sha256(json)};
}

/// The signed part of a metadata file.
Result<Value> read_signed(const std::string& path) {
  const std::string text = WALLE_TRY(read_text(path, bundle::kMaxRoleBytes));
  auto envelope = WALLE_TRY(bundle::parse_envelope(text));
  return std::move(envelope.content);
}

/// The highest N with FOLDER/N.root.json, 0 if there is none.
int64_t newest_root(const std::string& folder) {
  int64_t version = 0;
  while (fs::exists(folder + "/" + bundle::root_file(version + 1))) ++version;
  return version;
}

bool half_over(int64_t expires_us, int64_t lifetime_us, int64_t now_us) {
  return expires_us - now_us < lifetime_us / 2;
}

}  // namespace

Publisher::Publisher(std::string keys, std::string metadata, const Lifetimes& lifetimes)
    : keys_(std::move(keys)), metadata_(std::move(metadata)), lifetimes_(lifetimes) {}

Result<bundle::SigningKey> Publisher::key(const std::string& name, bool make) const {
  const std::string path = keys_ + "/" + name + ".pem";
  if (make && !fs::exists(path)) {
    auto fresh = WALLE_TRY(bundle::SigningKey::generate());
    WALLE_TRY(fresh.save(path));
    return fresh;
  }
  auto loaded = bundle::SigningKey::load(path);
  if (!loaded) return fail(loaded.error().with("key of role " + name));
  return loaded;
}

Result<std::unique_ptr<Publisher>> Publisher::open(const std::string& keys_folder, const std::string& metadata_folder,
                                                   int64_t now_us, const Lifetimes& lifetimes) {
  WALLE_TRY(make_folders(keys_folder, 0700));
  WALLE_TRY(make_folders(metadata_folder));
  std::unique_ptr<Publisher> publisher(new Publisher(keys_folder, metadata_folder, lifetimes));
  WALLE_TRY(publisher->load(now_us));
  WALLE_TRY(publisher->refresh(now_us));
  return publisher;
}

Status Publisher::load(int64_t now_us) {
  auto director = WALLE_TRY(key("director", true));
  director_ = std::make_unique<bundle::SigningKey>(std::move(director));
  const int64_t version = newest_root(metadata_);
  if (version == 0) {
    root_.version = 0;
    for (const auto& [name, role] :
         {std::pair{"root", &root_.root}, std::pair{"snapshot", &root_.snapshot},
          std::pair{"timestamp", &root_.timestamp}, std::pair{"director", &root_.director}}) {
      const auto made = WALLE_TRY(key(name, true));
      root_.keys[made.public_key().id()] = made.public_key();
      role->keys = {made.public_key().id()};
    }
    snapshot_.version = timestamp_.version = 0;
    WALLE_TRY(write_root(now_us));
    WALLE_TRY(write_snapshot(now_us));
    return {};
  }
  root_json_ = WALLE_TRY(read_text(metadata_ + "/" + bundle::root_file(version)));
  const Value root_value = WALLE_TRY(read_signed(metadata_ + "/" + bundle::root_file(version)));
  root_ = WALLE_TRY(bundle::root_from_value(root_value));
  const auto timestamp_value = read_signed(metadata_ + "/" + bundle::timestamp_file());
  if (!timestamp_value) {
    // A crash between the first root and the first timestamp.
    snapshot_.version = timestamp_.version = 0;
    return write_snapshot(now_us);
  }
  timestamp_ = WALLE_TRY(bundle::timestamp_from_value(*timestamp_value));
  const Value snapshot_value =
      WALLE_TRY(read_signed(metadata_ + "/" + bundle::snapshot_file(timestamp_.snapshot.version)));
  snapshot_ = WALLE_TRY(bundle::snapshot_from_value(snapshot_value));
  for (const auto& [scenario, file] : snapshot_.targets) {
    const Value value = WALLE_TRY(read_signed(metadata_ + "/" + bundle::targets_file(scenario, file.version)));
    targets_[scenario] = WALLE_TRY(bundle::targets_from_value(value));
  }
  return {};
}

std::string Publisher::root_json() const {
  const std::lock_guard lock(mutex_);
  return root_json_;
}

Status Publisher::write_root(int64_t now_us) {
  const bundle::SigningKey root_key = WALLE_TRY(key("root", false));
  bundle::Root next = root_;
  next.version = root_.version + 1;
  next.expires_us = now_us + lifetimes_.root;
  std::string json = WALLE_TRY(bundle::sign_envelope(bundle::to_value(next), std::span(&root_key, 1)));
  WALLE_TRY(write_file_atomically(metadata_ + "/" + bundle::root_file(next.version), json));
  root_ = std::move(next);
  root_json_ = std::move(json);
  return {};
}

Status Publisher::write_targets(bundle::Targets& targets, int64_t now_us) {
  const bundle::SigningKey publisher = WALLE_TRY(key("publisher-" + targets.scenario, false));
  targets.expires_us = now_us + lifetimes_.targets;
  const std::string json = WALLE_TRY(bundle::sign_envelope(bundle::to_value(targets), std::span(&publisher, 1)));
  WALLE_TRY(write_file_atomically(metadata_ + "/" + bundle::targets_file(targets.scenario, targets.version), json));
  snapshot_.targets[targets.scenario] = reference_to(json, targets.version);
  return {};
}

Status Publisher::write_snapshot(int64_t now_us) {
  const bundle::SigningKey snapshot_key = WALLE_TRY(key("snapshot", false));
  bundle::Snapshot next = snapshot_;
  next.version = timestamp_.snapshot.version + 1;
  next.expires_us = now_us + lifetimes_.snapshot;
  const std::string json = WALLE_TRY(bundle::sign_envelope(bundle::to_value(next), std::span(&snapshot_key, 1)));
  WALLE_TRY(write_file_atomically(metadata_ + "/" + bundle::snapshot_file(next.version), json));
  snapshot_ = std::move(next);
  timestamp_.snapshot = reference_to(json, snapshot_.version);
  return write_timestamp(now_us);
}

Status Publisher::write_timestamp(int64_t now_us) {
  const bundle::SigningKey timestamp_key = WALLE_TRY(key("timestamp", false));
  timestamp_.version += 1;
  timestamp_.time_us = now_us;
  timestamp_.expires_us = now_us + lifetimes_.timestamp;
  const std::string json = WALLE_TRY(bundle::sign_envelope(bundle::to_value(timestamp_), std::span(&timestamp_key, 1)));
  return write_file_atomically(metadata_ + "/" + bundle::timestamp_file(), json);
}

Status Publisher::delegate(const std::string& scenario, int64_t now_us) {
  // A publisher whose key is kept elsewhere must not get a second one behind its back.
  if (root_.publishers.contains(scenario)) return {};
  const bundle::SigningKey publisher = WALLE_TRY(key("publisher-" + scenario, true));
  const std::string id = publisher.public_key().id();
  root_.keys[id] = publisher.public_key();
  root_.publishers[scenario] = bundle::Role{{id}, 1};
  return write_root(now_us);
}

Status Publisher::publish(const std::string& scenario, const std::string& task, const std::string& version,
                          const bundle::Target& target, int64_t now_us) {
  const std::lock_guard lock(mutex_);
  WALLE_TRY(delegate(scenario, now_us));
  const bool known = targets_.contains(scenario);
  bundle::Targets next = known ? targets_[scenario] : bundle::Targets{scenario, 0, 0, {}};
  next.version += 1;
  next.entries[task + "/" + version] = target;
  WALLE_TRY(write_targets(next, now_us));
  targets_[scenario] = std::move(next);
  return write_snapshot(now_us);
}

Status Publisher::refresh(int64_t now_us) {
  const std::lock_guard lock(mutex_);
  if (half_over(root_.expires_us, lifetimes_.root, now_us)) WALLE_TRY(write_root(now_us));
  bool changed = half_over(snapshot_.expires_us, lifetimes_.snapshot, now_us);
  for (auto& [scenario, targets] : targets_) {
    if (!half_over(targets.expires_us, lifetimes_.targets, now_us)) continue;
    targets.version += 1;
    WALLE_TRY(write_targets(targets, now_us));
    changed = true;
  }
  if (changed) return write_snapshot(now_us);
  if (half_over(timestamp_.expires_us, lifetimes_.timestamp, now_us)) return write_timestamp(now_us);
  return {};
}

Result<std::string> Publisher::sign_offer(const Value& offer) const {
  return bundle::sign_envelope(offer, std::span(director_.get(), 1));
}

}  // namespace walle::trust
