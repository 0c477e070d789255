#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ipc/bundle/task_manifest.h"

namespace walle::daemon {

/// Whether a version has proved itself on this device.
enum class VersionState : uint8_t { probation, good, failed };
[[nodiscard]] std::string_view name_of(VersionState state);
/// `failed` for a name that is none.
[[nodiscard]] VersionState version_state_from(std::string_view name);

/// Which version of which task; the counter is the release's, so that one version can come twice.
struct VersionKey {
  std::string task;
  std::string version;
  int64_t counter = 0;
  bool operator==(const VersionKey&) const = default;
  auto operator<=>(const VersionKey&) const = default;
  /// Name of its folder: "1.2.0-7".
  [[nodiscard]] std::string folder_name() const { return version + "-" + std::to_string(counter); }
};

/// A version as the ledger keeps it.
struct VersionRow {
  VersionKey key;
  std::string source = "folder";  ///< "release" or "folder"
  std::string manifest;           ///< SHA-256 of the signed manifest in hexadecimal, or empty
  VersionState state = VersionState::good;
  std::string reason;
  int64_t runs = 0;
  int64_t failures = 0;
  int64_t installed_us = 0;
  int64_t until_us = 0;
};

/// What the runs so far say about a version on probation at `now_us`.
struct Verdict {
  VersionState state = VersionState::probation;
  std::string reason;
};

/// More failures than allowed: failed. Enough runs: good. Neither when the time is over: failed (silence).
[[nodiscard]] Verdict judge(const bundle::Probation& rule, const VersionRow& row, int64_t now_us);

}  // namespace walle::daemon
