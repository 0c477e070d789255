#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "libwalle/base/digest.h"
#include "libwalle/base/result.h"
#include "libwalle/base/unique_fd.h"

namespace walle::bundle {

/// A blob that is still arriving: bytes land at their offsets in `partial/<sha256>`, which survives restarts.
class PartialBlob {
 public:
  /// Bytes that lie there already from an earlier attempt (not verified yet).
  [[nodiscard]] int64_t size() const { return size_; }
  [[nodiscard]] int64_t limit() const { return limit_; }
  /// Appends. Errors: resource_exhausted past the announced size, or a full disk.
  [[nodiscard]] Status append(std::span<const uint8_t> bytes);
  /// Reads back a verified or unverified range. Errors: invalid_argument outside what has arrived.
  [[nodiscard]] Result<std::vector<uint8_t>> read(int64_t offset, int64_t size) const;
  /// Cuts back to `size` bytes (a chunk that did not match).
  [[nodiscard]] Status truncate(int64_t size);
  [[nodiscard]] Status sync();

 private:
  friend class BlobStore;
  UniqueFd fd_;
  std::string path_;
  Digest digest_{};
  int64_t size_ = 0, limit_ = 0;
};

/// Files named by their SHA-256 in a folder: FOLDER/blobs/<sha256>, served as they are by any HTTP server.
/// A name appears only when its bytes are complete, verified and on disk. Thread-safe, also between processes.
class BlobStore {
 public:
  /// Makes the folder. `limit_bytes`: largest single blob.
  [[nodiscard]] static Result<BlobStore> open(const std::string& folder, int64_t limit_bytes = 8LL << 30);

  [[nodiscard]] bool has(const Digest& digest) const;
  [[nodiscard]] std::string path_of(const Digest& digest) const;
  [[nodiscard]] Result<Digest> put(std::span<const uint8_t> bytes) const;
  [[nodiscard]] Result<Digest> put(std::string_view text) const;
  /// Copies a file in while hashing it.
  [[nodiscard]] Result<Digest> put_file(const std::string& path) const;
  /// Whole and verified. Errors: not_found, data_loss (the blob is removed), resource_exhausted over `limit`.
  [[nodiscard]] Result<std::vector<uint8_t>> get(const Digest& digest, size_t limit = 64U << 20) const;
  /// Reads it through. Errors: not_found, data_loss.
  [[nodiscard]] Status verify(const Digest& digest) const;

  /// Begins or resumes a blob of `size` bytes; what an earlier attempt left is kept.
  [[nodiscard]] Result<PartialBlob> begin(const Digest& digest, int64_t size) const;
  /// Verifies the whole, fsyncs, gives it its name. On data_loss the partial file is removed.
  [[nodiscard]] Status finish(PartialBlob partial) const;

  [[nodiscard]] Result<std::vector<Digest>> list() const;
  [[nodiscard]] Status remove(const Digest& digest) const;
  /// Removes all blobs and partial files but `keep`; returns the bytes freed.
  [[nodiscard]] Result<int64_t> collect(const std::set<Digest>& keep) const;

 private:
  std::string folder_;
  int64_t limit_ = 0;
};

}  // namespace walle::bundle
