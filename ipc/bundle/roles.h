#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/bundle/signature.h"
#include "libwalle/base/digest.h"
#include "libwalle/base/result.h"
#include "libwalle/base/value.h"

/// Who may say what (after TUF 1.0 and Uptane). Every document is an *envelope*
/// {"signed": {"type", …}, "signatures": [{"key", "signature"}]}, signed over the canonical JSON of `signed`.
namespace walle::bundle {

inline constexpr size_t kMaxRoleBytes = 1U << 20;
inline constexpr size_t kMaxSignatures = 32;

struct Signature {
  std::string key;  ///< PublicKey::id()
  std::vector<uint8_t> bytes;
};

struct Envelope {
  Value content;  ///< the "signed" part
  std::vector<Signature> signatures;
};

/// Errors: invalid_argument, resource_exhausted. Nothing is verified yet.
[[nodiscard]] Result<Envelope> parse_envelope(std::string_view json, size_t limit = kMaxRoleBytes);
[[nodiscard]] std::string encode_envelope(const Envelope& envelope);
/// The document signed by each of `keys`, as bytes. Errors: invalid_argument if `content` holds floats or bytes.
[[nodiscard]] Result<std::string> sign_envelope(const Value& content, std::span<const SigningKey> keys);
/// Adds one more signature to an envelope (threshold roles whose keys lie in different places).
[[nodiscard]] Status add_signature(Envelope& envelope, const SigningKey& key);

/// Which keys a role has, and how many of them have to sign.
struct Role {
  std::vector<std::string> keys;  ///< key ids
  int64_t threshold = 1;
};

/// Offline. Names the keys of all roles; version N+1 is signed by the thresholds of N and of N+1.
struct Root {
  int64_t version = 1;
  int64_t expires_us = 0;
  std::map<std::string, PublicKey> keys;  ///< by id
  Role root, snapshot, timestamp, director;
  std::map<std::string, Role> publishers;  ///< by scenario
};

/// A metadata file as another role vouches for it.
struct FileReference {
  int64_t version = 0;
  int64_t size = 0;
  Digest sha256{};
};

/// Online, hours: which snapshot is the newest; `time_us` is a floor for the device's clock.
struct Timestamp {
  int64_t version = 1;
  int64_t expires_us = 0;
  int64_t time_us = 0;
  FileReference snapshot;
};

/// Online, days: the newest targets of each scenario, so that no mixture of old and new can be served.
struct Snapshot {
  int64_t version = 1;
  int64_t expires_us = 0;
  std::map<std::string, FileReference> targets;  ///< by scenario
};

/// A published version.
struct Target {
  Digest manifest{};
  int64_t manifest_bytes = 0;
  int64_t counter = 0;
};

/// The publisher's: which manifests of a scenario are genuine.
struct Targets {
  std::string scenario;
  int64_t version = 1;
  int64_t expires_us = 0;
  std::map<std::string, Target> entries;  ///< by "TASK/VERSION"
};

[[nodiscard]] Value to_value(const Root& root);
[[nodiscard]] Value to_value(const Timestamp& timestamp);
[[nodiscard]] Value to_value(const Snapshot& snapshot);
[[nodiscard]] Value to_value(const Targets& targets);
/// Errors: invalid_argument naming the key; resource_exhausted.
[[nodiscard]] Result<Root> root_from_value(const Value& value);
[[nodiscard]] Result<Timestamp> timestamp_from_value(const Value& value);
[[nodiscard]] Result<Snapshot> snapshot_from_value(const Value& value);
[[nodiscard]] Result<Targets> targets_from_value(const Value& value);

/// True number of *different* keys of `role` that have a valid signature on `envelope`, against its threshold.
/// Errors: permission_denied "2 of 3 required signatures".
[[nodiscard]] Status verify_threshold(const Envelope& envelope, const Role& role,
                                      const std::map<std::string, PublicKey>& keys, std::string_view name);

/// Names of the files in an origin's `metadata` folder.
[[nodiscard]] std::string root_file(int64_t version);
[[nodiscard]] inline std::string timestamp_file() { return "timestamp.json"; }
[[nodiscard]] std::string snapshot_file(int64_t version);
[[nodiscard]] std::string targets_file(std::string_view scenario, int64_t version);

}  // namespace walle::bundle
