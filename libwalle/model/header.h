#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "libwalle/base/digest.h"
#include "libwalle/base/result.h"

namespace walle::model {

struct Section {
  uint64_t offset = 0;
  uint64_t bytes = 0;
  Digest digest{};
};

/// The header of a `.walle` file; see format.h.
struct Header {
  uint32_t version = 0;
  uint32_t min_reader = 0;
  Section graph;
  Section weights;
};

inline constexpr size_t kHeaderBytes = 8 + 4 + 4 + 2 * (8 + 8 + 32) + 32;
inline constexpr size_t kTensorAlignment = 64;
inline constexpr size_t kPage = 4096;

/// The header's bytes, its own digest included.
[[nodiscard]] std::vector<uint8_t> encode_header(const Header& header);

/// Errors: invalid_argument if the magic is another; data_loss for a damaged header, sections outside `file` or that
/// overlap it, or a section whose digest differs; unsupported for a newer format.
[[nodiscard]] Result<Header> verify_header(std::span<const uint8_t> file);

}  // namespace walle::model
