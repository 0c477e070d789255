#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "libwalle/base/result.h"
#include "libwalle/base/value.h"

namespace walle::wire {

inline constexpr size_t kMaxProfileBytes = 64U << 10;
inline constexpr size_t kMaxInstalledTasks = 1024;

/// A task as it really is on the device.
struct InstalledTask {
  std::string task;
  std::string version;
  int64_t counter = 0;  ///< release counter of the offer that put it there
  std::string state;    ///< "active", "probation", "failed", or what an update is doing: "fetching", …
};

/// What the cloud may know of a device; targeting expressions read it by these key names.
struct Profile {
  std::map<std::string, std::string> labels;  ///< set by the operator or at enrolment: labels.room
  Value hardware = Value::object();           ///< scalars: hardware.arch, hardware.cpu, hardware.cores, …
  int64_t memory_mb = 0;
  std::map<std::string, std::string> versions;  ///< versions.walle, versions.os, versions.kernel
  std::vector<std::string> capabilities;        ///< what this agent understands beyond format 1
  std::vector<InstalledTask> tasks;             ///< sorted by task
};

/// First 16 bytes of SHA-256 over the profile's canonical JSON. The cloud compares the bytes that a device sent
/// with the bytes it sent along with its last full profile; it never computes them from a decoded profile.
using ProfileDigest = std::array<uint8_t, 16>;
[[nodiscard]] ProfileDigest digest_of(const Profile& profile);

[[nodiscard]] Value to_value(const Profile& profile);
/// Errors: invalid_argument naming the key; resource_exhausted over the limits. Unknown keys are ignored.
[[nodiscard]] Result<Profile> profile_from_value(const Value& value);

}  // namespace walle::wire
