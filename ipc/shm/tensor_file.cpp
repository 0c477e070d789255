#include "ipc/shm/tensor_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

namespace walle::shm {
namespace {

Status write_at(int fd, std::span<const uint8_t> bytes, uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return fail(system_error("write to memfd"));
    bytes = bytes.subspan(static_cast<size_t>(n));
    offset += static_cast<uint64_t>(n);
  }
  return {};
}

}  // namespace

Result<UniqueFd> make_tensor_file(std::span<const std::span<const uint8_t>> blocks, std::vector<uint64_t>& offsets) {
  UniqueFd fd(::memfd_create("walle-tensors", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd) return fail(system_error("memfd_create"));
  offsets.clear();
  uint64_t end = 0;
  for (const auto& block : blocks) {
    offsets.push_back(end);
    WALLE_TRY(write_at(fd.get(), block, end));
    end = (end + block.size() + kAlignment - 1) / kAlignment * kAlignment;
  }
  // Never empty, because an empty file cannot be mapped.
  if (::ftruncate(fd.get(), static_cast<off_t>(std::max(end, kAlignment))) != 0) return fail(system_error("ftruncate"));
  if (::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0)
    return fail(system_error("seal memfd"));
  return fd;
}

Result<MappedFile> map_tensor_file(int fd) {
  const int seals = ::fcntl(fd, F_GET_SEALS);
  if (seals < 0 || (seals & F_SEAL_SHRINK) == 0)
    return fail(ErrorCode::invalid_argument, "a tensor's file has to be a memfd sealed with F_SEAL_SHRINK");
  return MappedFile::map(fd);
}

Result<std::span<const uint8_t>> tensor_bytes(const MappedFile& file, uint64_t offset, uint64_t bytes) {
  const auto all = file.bytes();
  if (offset % kAlignment != 0)
    return fail(ErrorCode::invalid_argument, "a tensor's offset has to be a multiple of 64");
  if (offset > all.size() || bytes > all.size() - offset)
    return fail(ErrorCode::invalid_argument, "a tensor lies outside its file");
  return all.subspan(offset, bytes);
}

}  // namespace walle::shm
