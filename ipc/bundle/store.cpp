#include "ipc/bundle/store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "libwalle/base/file.h"

namespace walle::bundle {
namespace {

constexpr size_t kBlock = 256U << 10;

std::string partial_path(const std::string& folder, const Digest& digest) {
  return folder + "/partial/" + to_hex(digest);
}

/// Hash of an open file from its start.
Result<Digest> digest_of_file(int fd, const std::string& path) {
  Sha256 hash;
  std::vector<uint8_t> block(kBlock);
  for (off_t at = 0;;) {
    const ssize_t got = ::pread(fd, block.data(), block.size(), at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(system_error("cannot read", path));
    if (got == 0) return hash.finish();
    hash.update(std::span(block).first(static_cast<size_t>(got)));
    at += got;
  }
}

tl::unexpected<Error> mismatch(const Digest& digest) {
  return fail(ErrorCode::data_loss, "blob " + to_hex(digest) + " does not match its hash; it was removed");
}

}  // namespace

Status PartialBlob::append(std::span<const uint8_t> bytes) {
  if (static_cast<int64_t>(bytes.size()) > limit_ - size_) {
    return fail(ErrorCode::resource_exhausted,
                "more bytes than the " + std::to_string(limit_) + " announced for blob " + to_hex(digest_));
  }
  while (!bytes.empty()) {
    const ssize_t put = ::pwrite(fd_.get(), bytes.data(), bytes.size(), size_);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return fail(system_error("cannot write", path_));
    size_ += put;
    bytes = bytes.subspan(static_cast<size_t>(put));
  }
  return {};
}

Result<std::vector<uint8_t>> PartialBlob::read(int64_t offset, int64_t size) const {
  if (offset < 0 || size < 0 || offset > size_ || size > size_ - offset) {
    return fail(ErrorCode::invalid_argument, "range outside of the partial blob");
  }
  std::vector<uint8_t> out(static_cast<size_t>(size));
  for (size_t done = 0; done < out.size();) {
    const ssize_t got = ::pread(fd_.get(), out.data() + done, out.size() - done, offset + static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return fail(system_error("cannot read", path_));
    done += static_cast<size_t>(got);
  }
  return out;
}

Status PartialBlob::truncate(int64_t size) {
  if (::ftruncate(fd_.get(), size) != 0) return fail(system_error("cannot truncate", path_));
  size_ = size;
  return {};
}

Status PartialBlob::sync() {
  if (::fdatasync(fd_.get()) != 0) return fail(system_error("cannot sync", path_));
  return {};
}

Result<BlobStore> BlobStore::open(const std::string& folder, int64_t limit_bytes) {
  BlobStore out;
  out.folder_ = folder;
  out.limit_ = limit_bytes;
  WALLE_TRY(make_folders(folder + "/blobs"));
  WALLE_TRY(make_folders(folder + "/partial"));
  return out;
}

std::string BlobStore::path_of(const Digest& digest) const { return folder_ + "/blobs/" + to_hex(digest); }

bool BlobStore::has(const Digest& digest) const { return ::access(path_of(digest).c_str(), F_OK) == 0; }

Result<Digest> BlobStore::put(std::span<const uint8_t> bytes) const {
  if (static_cast<int64_t>(bytes.size()) > limit_) return fail(ErrorCode::resource_exhausted, "blob over the limit");
  const Digest digest = sha256(bytes);
  if (!has(digest)) WALLE_TRY(write_file_atomically(path_of(digest), bytes, 0444));
  return digest;
}

Result<Digest> BlobStore::put(std::string_view text) const {
  return put(std::span(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
}

Result<Digest> BlobStore::put_file(const std::string& path) const {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) return fail(system_error("cannot open", path));
  const Digest digest = WALLE_TRY(digest_of_file(fd.get(), path));
  if (has(digest)) return digest;
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return fail(system_error("cannot stat", path));
  PartialBlob partial = WALLE_TRY(begin(digest, info.st_size));
  WALLE_TRY(partial.truncate(0));
  std::vector<uint8_t> block(kBlock);
  for (;;) {
    const ssize_t got = ::pread(fd.get(), block.data(), block.size(), partial.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(system_error("cannot read", path));
    if (got == 0) break;
    WALLE_TRY(partial.append(std::span(block).first(static_cast<size_t>(got))));
  }
  WALLE_TRY(finish(std::move(partial)));
  return digest;
}

Result<std::vector<uint8_t>> BlobStore::get(const Digest& digest, size_t limit) const {
  auto bytes = WALLE_TRY(read_file(path_of(digest), limit));
  if (sha256(std::span<const uint8_t>(bytes)) == digest) return bytes;
  WALLE_TRY(remove(digest));
  return mismatch(digest);
}

Status BlobStore::verify(const Digest& digest) const {
  const std::string path = path_of(digest);
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) return fail(system_error("cannot open", path));
  const Digest got = WALLE_TRY(digest_of_file(fd.get(), path));
  if (got == digest) return {};
  WALLE_TRY(remove(digest));
  return mismatch(digest);
}

Result<PartialBlob> BlobStore::begin(const Digest& digest, int64_t size) const {
  if (size < 0 || size > limit_) return fail(ErrorCode::resource_exhausted, "blob over the limit of this store");
  PartialBlob out;
  out.path_ = partial_path(folder_, digest);
  out.digest_ = digest;
  out.limit_ = size;
  out.fd_ = UniqueFd(::open(out.path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!out.fd_) return fail(system_error("cannot open", out.path_));
  struct stat info {};
  if (::fstat(out.fd_.get(), &info) != 0) return fail(system_error("cannot stat", out.path_));
  out.size_ = info.st_size;
  if (out.size_ > size) WALLE_TRY(out.truncate(0));
  return out;
}

Status BlobStore::finish(PartialBlob partial) const {
  const Digest got = WALLE_TRY(digest_of_file(partial.fd_.get(), partial.path_));
  if (partial.size_ != partial.limit_ || got != partial.digest_) {
    ::unlink(partial.path_.c_str());
    return mismatch(partial.digest_);
  }
  if (::fchmod(partial.fd_.get(), 0444) != 0 || ::fsync(partial.fd_.get()) != 0) {
    return fail(system_error("cannot sync", partial.path_));
  }
  const std::string path = path_of(partial.digest_);
  if (::rename(partial.path_.c_str(), path.c_str()) != 0) return fail(system_error("cannot rename to", path));
  return sync_folder(folder_ + "/blobs");
}

Result<std::vector<Digest>> BlobStore::list() const {
  std::vector<Digest> out;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder_ + "/blobs", error), end; !error && it != end;
       it.increment(error)) {
    if (auto digest = digest_from_hex(it->path().filename().string())) out.push_back(*digest);
  }
  if (error) return fail(ErrorCode::unavailable, "cannot list '" + folder_ + "/blobs': " + error.message());
  return out;
}

Status BlobStore::remove(const Digest& digest) const {
  const std::string path = path_of(digest);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return fail(system_error("cannot remove", path));
  return {};
}

Result<int64_t> BlobStore::collect(const std::set<Digest>& keep) const {
  int64_t freed = 0;
  for (const char* part : {"/blobs", "/partial"}) {
    std::error_code error;
    for (std::filesystem::directory_iterator it(folder_ + part, error), end; !error && it != end; it.increment(error)) {
      const auto digest = digest_from_hex(it->path().filename().string());
      if (digest && keep.contains(*digest)) continue;
      struct stat info {};
      const std::string path = it->path().string();
      if (::lstat(path.c_str(), &info) == 0 && ::unlink(path.c_str()) == 0 && info.st_nlink == 1) {
        freed += info.st_size;
      }
    }
    if (error) return fail(ErrorCode::unavailable, "cannot list '" + folder_ + part + "': " + error.message());
  }
  return freed;
}

}  // namespace walle::bundle
