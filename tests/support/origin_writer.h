#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "ipc/bundle/builder.h"
#include "ipc/bundle/roles.h"
#include "ipc/bundle/store.h"
#include "libwalle/base/file.h"

namespace walle::support {

/// Test code only: an error becomes an exception, which GoogleTest reports.
inline void must(const Status& status) {
  if (!status) throw std::runtime_error(status.error().message);
}

/// A publisher and an online signer in a few lines: writes an origin's folders `blobs` and `metadata`.
/// Test code: a failure throws through `value()`.
class OriginWriter {
 public:
  static constexpr int64_t kFarFuture = 4'000'000'000'000'000;

  explicit OriginWriter(std::string folder, std::string scenario = "reading")
      : folder_(std::move(folder)), scenario_(std::move(scenario)), store_(bundle::BlobStore::open(folder_).value()) {
    must(make_folders(folder_ + "/metadata"));
    root_.expires_us = kFarFuture;
    for (const auto* key : {&root_key, &snapshot_key, &timestamp_key, &director_key, &publisher_key}) {
      root_.keys[key->public_key().id()] = key->public_key();
    }
    root_.root = role(root_key);
    root_.snapshot = role(snapshot_key);
    root_.timestamp = role(timestamp_key);
    root_.director = role(director_key);
    root_.publishers[scenario_] = role(publisher_key);
    targets_ = {.scenario = scenario_, .version = 0, .expires_us = kFarFuture};
    write_root();
  }

  static bundle::Role role(const bundle::SigningKey& key) { return {.keys = {key.public_key().id()}, .threshold = 1}; }
  static std::string signed_text(const Value& content, const bundle::SigningKey& key) {
    return bundle::sign_envelope(content, std::span(&key, 1)).value();
  }

  /// Builds the folder, publishes it and signs snapshot and timestamp again.
  bundle::BuiltBundle publish(const std::string& task_folder, int64_t counter, int64_t now_us) {
    auto built =
        bundle::build_bundle({.folder = task_folder, .scenario = scenario_, .counter = counter}, store_).value();
    targets_.entries[built.manifest.task + "/" + built.manifest.version] = {
        .manifest = built.digest, .manifest_bytes = static_cast<int64_t>(built.text.size()), .counter = counter};
    sign(now_us);
    return built;
  }

  void sign(int64_t now_us) {
    ++targets_.version;
    const std::string targets = signed_text(to_value(targets_), publisher_key);
    write(bundle::targets_file(scenario_, targets_.version), targets);
    bundle::Snapshot snapshot{.version = targets_.version, .expires_us = kFarFuture};
    snapshot.targets[scenario_] = reference(targets, targets_.version);
    const std::string snapshot_text = signed_text(to_value(snapshot), snapshot_key);
    write(bundle::snapshot_file(snapshot.version), snapshot_text);
    const bundle::Timestamp timestamp{.version = targets_.version,
                                      .expires_us = kFarFuture,
                                      .time_us = now_us,
                                      .snapshot = reference(snapshot_text, snapshot.version)};
    write(bundle::timestamp_file(), signed_text(to_value(timestamp), timestamp_key));
  }

  static bundle::FileReference reference(const std::string& text, int64_t version) {
    return {.version = version, .size = static_cast<int64_t>(text.size()), .sha256 = sha256(text)};
  }

  [[nodiscard]] std::string root_json() const { return signed_text(to_value(root_), root_key); }
  [[nodiscard]] const bundle::Root& root() const { return root_; }
  [[nodiscard]] bundle::Targets& targets() { return targets_; }
  [[nodiscard]] const bundle::BlobStore& store() const { return store_; }
  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] std::string metadata(const std::string& name) const {
    return read_text(folder_ + "/metadata/" + name).value();
  }
  void write(const std::string& name, const std::string& text) const {
    must(write_file_atomically(folder_ + "/metadata/" + name, text));
  }
  void write_root() const { write(bundle::root_file(root_.version), root_json()); }

  bundle::SigningKey root_key = bundle::SigningKey::generate().value();
  bundle::SigningKey snapshot_key = bundle::SigningKey::generate().value();
  bundle::SigningKey timestamp_key = bundle::SigningKey::generate().value();
  bundle::SigningKey director_key = bundle::SigningKey::generate().value();
  bundle::SigningKey publisher_key = bundle::SigningKey::generate().value();

 private:
  std::string folder_;
  std::string scenario_;
  bundle::BlobStore store_;
  bundle::Root root_;
  bundle::Targets targets_;
};

/// Writes a small task: task.toml, main.py, and a file of `size` pseudo-random bytes that depend on `seed`.
inline void write_task(const std::string& folder, const std::string& name, const std::string& version, size_t size = 0,
                       uint32_t seed = 1) {
  must(make_folders(folder));
  must(write_file_atomically(folder + "/task.toml", "name = \"" + name + "\"\nversion = \"" + version +
                                                        "\"\non = [\"page.image\"]\n[probation]\nruns = 1\n"));
  must(write_file_atomically(folder + "/main.py", "def run(event, ctx):\n    return '" + version + "'\n"));
  if (size == 0) return;
  must(make_folders(folder + "/models"));
  std::vector<uint8_t> bytes(size);
  for (uint8_t& byte : bytes) {
    seed = seed * 1664525U + 1013904223U;
    byte = static_cast<uint8_t>(seed >> 24U);
  }
  must(write_file_atomically(folder + "/models/weights.bin", bytes));
}

}  // namespace walle::support
