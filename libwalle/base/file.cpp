#include "libwalle/base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace walle {
namespace {

ErrorCode code_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return ErrorCode::not_found;
    case EEXIST:
      return ErrorCode::already_exists;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorCode::permission_denied;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return ErrorCode::resource_exhausted;
    default:
      return ErrorCode::unavailable;
  }
}

Status write_all(int fd, std::span<const uint8_t> bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(system_error("cannot write", path));
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
  return {};
}

std::string folder_of(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

}  // namespace

Error system_error(std::string_view what, std::string_view path) {
  const int error = errno;
  std::string text(what);
  if (!path.empty()) text += " '" + std::string(path) + "'";
  return {code_of(error), text + ": " + std::strerror(error)};
}

Result<std::vector<uint8_t>> read_file(const std::string& path, size_t limit) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return fail(system_error("cannot open", path));
  std::vector<uint8_t> bytes;
  struct stat info {};
  if (::fstat(fd.get(), &info) == 0 && S_ISREG(info.st_mode))
    bytes.reserve(std::min(static_cast<size_t>(info.st_size), limit));
  uint8_t buffer[65536];
  while (true) {
    const ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(system_error("cannot read", path));
    if (n == 0) return bytes;
    if (bytes.size() + static_cast<size_t>(n) > limit) {
      return fail(ErrorCode::resource_exhausted,
                  "'" + path + "' is larger than the limit of " + std::to_string(limit) + " bytes");
    }
    bytes.insert(bytes.end(), buffer, buffer + n);
  }
}

Result<std::string> read_text(const std::string& path, size_t limit) {
  const auto bytes = WALLE_TRY(read_file(path, limit));
  return std::string(bytes.begin(), bytes.end());
}

Status write_file_atomically(const std::string& path, std::span<const uint8_t> bytes, uint32_t mode) {
  std::string temporary = path + ".XXXXXX";
  UniqueFd fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return fail(system_error("cannot create a file beside", path));
  const auto written = [&]() -> Status {
    WALLE_TRY(write_all(fd.get(), bytes, temporary));
    if (::fchmod(fd.get(), mode) != 0 || ::fsync(fd.get()) != 0) return fail(system_error("cannot finish", temporary));
    if (::rename(temporary.c_str(), path.c_str()) != 0) return fail(system_error("cannot replace", path));
    return {};
  }();
  if (!written) {
    ::unlink(temporary.c_str());
    return written;
  }
  return sync_folder(folder_of(path));
}

Status write_file_atomically(const std::string& path, std::string_view text, uint32_t mode) {
  return write_file_atomically(path, std::span(reinterpret_cast<const uint8_t*>(text.data()), text.size()), mode);
}

Status sync_folder(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return fail(system_error("cannot sync folder", path));
  return {};
}

Status make_folders(const std::string& path, uint32_t mode) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return fail(ErrorCode::unavailable, "cannot create folder '" + path + "': " + error.message());
  if (::chmod(path.c_str(), mode) != 0) return fail(system_error("cannot set the mode of", path));
  return {};
}

Result<MappedFile> MappedFile::open(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return fail(system_error("cannot open", path));
  auto mapped = map(fd.get());
  if (!mapped) return fail(mapped.error().with(path));
  return mapped;
}

Result<MappedFile> MappedFile::map(int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return fail(system_error("cannot stat a descriptor"));
  if (!S_ISREG(info.st_mode)) return fail(ErrorCode::invalid_argument, "not a regular file");
  MappedFile mapped;
  if (info.st_size == 0) return mapped;
  void* data = ::mmap(nullptr, static_cast<size_t>(info.st_size), PROT_READ, MAP_SHARED, fd, 0);
  if (data == MAP_FAILED) return fail(system_error("cannot map a file"));
  mapped.data_ = static_cast<const uint8_t*>(data);
  mapped.size_ = static_cast<size_t>(info.st_size);
  return mapped;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<uint8_t*>(data_), size_);
}

}  // namespace walle
