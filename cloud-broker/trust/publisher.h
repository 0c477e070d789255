#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "ipc/bundle/roles.h"
#include "libwalle/base/digest.h"
#include "libwalle/base/result.h"

namespace walle::trust {

/// Lifetimes of what the broker signs, in microseconds.
struct Lifetimes {
  int64_t root = 365LL * 86'400'000'000;
  int64_t targets = 365LL * 86'400'000'000;
  int64_t snapshot = 7LL * 86'400'000'000;
  int64_t timestamp = 86'400'000'000;
  int64_t offer = 86'400'000'000;
};

/// Holds the keys of all roles and writes the metadata that devices verify: root, targets of each scenario, snapshot,
/// timestamp, offers. Keys lie in FOLDER/keys/*.pem (0600): the root's and publishers' may be taken away and kept
/// offline, then only what needs them fails. Thread-safe.
class Publisher {
 public:
  /// Makes keys and first metadata where they are missing.
  [[nodiscard]] static Result<std::unique_ptr<Publisher>> open(const std::string& keys_folder,
                                                               const std::string& metadata_folder, int64_t now_us,
                                                               const Lifetimes& lifetimes = {});

  /// root.json as a new device pins it.
  [[nodiscard]] std::string root_json() const;

  /// Makes a version known: the scenario's publisher signs it (and is delegated to by a new root if it is new), then
  /// snapshot and timestamp follow. Durable in this order, so that a crash leaves the old or the new state.
  [[nodiscard]] Status publish(const std::string& scenario, const std::string& task, const std::string& version,
                               const bundle::Target& target, int64_t now_us);

  /// Signs timestamp, snapshot, targets and root again when half of their lifetime is over; cheap otherwise.
  [[nodiscard]] Status refresh(int64_t now_us);

  /// The bytes of an offer, signed by the director.
  [[nodiscard]] Result<std::string> sign_offer(const Value& offer) const;
  [[nodiscard]] const Lifetimes& lifetimes() const { return lifetimes_; }

 private:
  Publisher(std::string keys, std::string metadata, const Lifetimes& lifetimes);
  [[nodiscard]] Status load(int64_t now_us);
  [[nodiscard]] Status write_root(int64_t now_us);
  [[nodiscard]] Status write_targets(bundle::Targets& targets, int64_t now_us);
  [[nodiscard]] Status write_snapshot(int64_t now_us);
  [[nodiscard]] Status write_timestamp(int64_t now_us);
  [[nodiscard]] Status delegate(const std::string& scenario, int64_t now_us);
  [[nodiscard]] Result<bundle::SigningKey> key(const std::string& name, bool make) const;

  std::string keys_;
  std::string metadata_;
  Lifetimes lifetimes_;
  mutable std::mutex mutex_;
  std::string root_json_;
  bundle::Root root_;
  std::map<std::string, bundle::Targets> targets_;
  bundle::Snapshot snapshot_;
  bundle::Timestamp timestamp_;
  std::unique_ptr<bundle::SigningKey> director_;
};

}  // namespace walle::trust
