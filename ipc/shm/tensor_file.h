#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "libwalle/base/file.h"
#include "libwalle/base/result.h"
#include "libwalle/base/unique_fd.h"

namespace walle::shm {

/// Alignment of each tensor in a file, so that vector loads and cache lines do not straddle two tensors.
inline constexpr uint64_t kAlignment = 64;

/// A sealed, read-only memfd with the blocks one after the other, each aligned. `offsets` (out) has one for each.
/// Errors: resource_exhausted, unavailable.
[[nodiscard]] Result<UniqueFd> make_tensor_file(std::span<const std::span<const uint8_t>> blocks,
                                                std::vector<uint64_t>& offsets);

/// A peer's file, mapped after its seals were checked: it can no longer shrink, so reading it cannot fault. Its
/// contents can still change while they are read; whoever uses them as indices copies first. Errors: invalid_argument
/// unless it is a memfd with F_SEAL_SHRINK.
[[nodiscard]] Result<MappedFile> map_tensor_file(int fd);

/// The bytes of one tensor. Errors: invalid_argument unless offset is aligned and the range lies in the file.
[[nodiscard]] Result<std::span<const uint8_t>> tensor_bytes(const MappedFile& file, uint64_t offset, uint64_t bytes);

}  // namespace walle::shm
