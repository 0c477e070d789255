#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace walle::session {

/// A buffer that has to live from step `first` to step `last`, both included.
struct Lifetime {
  int64_t bytes = 0;
  int64_t first = 0;
  int64_t last = 0;
  int64_t offset = 0;  ///< set by `place`
};

/// Gives each buffer an offset (multiple of 64) so that buffers that live at the same time do not overlap; largest
/// first, each at the lowest offset that is free. Returns the bytes of the whole.
[[nodiscard]] int64_t place(std::span<Lifetime> buffers);

}  // namespace walle::session
