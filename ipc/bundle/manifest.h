#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libwalle/base/digest.h"
#include "libwalle/base/result.h"

namespace walle::bundle {

inline constexpr size_t kMaxManifestBytes = 8U << 20;
inline constexpr size_t kMaxFiles = 16384;
inline constexpr int64_t kMaxBundleBytes = 8LL << 30;

enum class FileKind : uint8_t { shared, exclusive };

/// A piece of a file; offsets follow from the order.
struct Chunk {
  int64_t size = 0;
  Digest sha256{};
};

/// A file of a bundle; its blob is named by `sha256`.
struct FileEntry {
  std::string path;
  int64_t size = 0;
  Digest sha256{};
  FileKind kind = FileKind::shared;
  std::vector<Chunk> chunks;  ///< content-defined; empty for a small file. The sizes sum up to `size`
};

/// What exactly a version of a task is. Immutable; its name is the SHA-256 of its bytes.
struct Manifest {
  std::string scenario;
  std::string task;
  std::string version;           ///< MAJOR.MINOR.PATCH
  std::string commit;            ///< git commit, 40 or 64 hexadecimal characters, or empty
  std::string tag;               ///< id of the signed tag object, or empty
  int64_t counter = 0;           ///< release counter when it was first published; no offer may carry a smaller one
  std::string min_runtime;       ///< oldest walled that can run it, or empty
  std::vector<FileEntry> files;  ///< sorted by path
};

/// Canonical JSON: the bytes that are hashed and stored as a blob. Errors: invalid_argument if it breaks the rules
/// below.
[[nodiscard]] Result<std::string> encode_manifest(const Manifest& manifest);

/// Parses and checks: names, paths (check_path), no path twice or as folder of another, chunk sums, counts and sizes
/// bounded. Unknown keys are ignored. Errors: invalid_argument naming the file and the rule; resource_exhausted.
[[nodiscard]] Result<Manifest> decode_manifest(std::string_view json);

/// Sum of the files' sizes.
[[nodiscard]] int64_t total_bytes(const Manifest& manifest);

/// `MAJOR.MINOR.PATCH` with numbers below 2^31, without leading zeros.
[[nodiscard]] bool is_version(std::string_view text);

}  // namespace walle::bundle
