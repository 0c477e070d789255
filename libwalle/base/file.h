#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libwalle/base/result.h"
#include "libwalle/base/unique_fd.h"

namespace walle {

/// The error of a failed system call: "<what> '<path>': <strerror>", with the code that fits errno
/// (ENOENT not_found, EACCES permission_denied, ENOSPC resource_exhausted, else unavailable).
[[nodiscard]] Error system_error(std::string_view what, std::string_view path = {});

/// Whole file. Errors: resource_exhausted if it is larger than `limit` bytes; not_found; permission_denied.
[[nodiscard]] Result<std::vector<uint8_t>> read_file(const std::string& path, size_t limit = 64U << 20);
[[nodiscard]] Result<std::string> read_text(const std::string& path, size_t limit = 16U << 20);

/// Replaces a file atomically and durably: temporary file beside it, fsync, rename, fsync of the folder.
/// After a crash at any instruction the path holds the old or the new bytes, whole. `mode`: permission bits.
[[nodiscard]] Status write_file_atomically(const std::string& path, std::span<const uint8_t> bytes,
                                           uint32_t mode = 0644);
[[nodiscard]] Status write_file_atomically(const std::string& path, std::string_view text, uint32_t mode = 0644);

/// fsync of a folder, so that names made in it survive a power cut.
[[nodiscard]] Status sync_folder(const std::string& path);

/// mkdir -p with `mode` for the last folder.
[[nodiscard]] Status make_folders(const std::string& path, uint32_t mode = 0755);

/// A read-only mapping of a whole file, shared between processes. Move only; unmapped at the end of its life.
class MappedFile {
 public:
  [[nodiscard]] static Result<MappedFile> open(const std::string& path);
  /// Maps `fd` (which may be closed afterwards). Errors: invalid_argument if it is not a regular file or memfd.
  [[nodiscard]] static Result<MappedFile> map(int fd);
  MappedFile() = default;
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();
  [[nodiscard]] std::span<const uint8_t> bytes() const { return {data_, size_}; }

 private:
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace walle
