#include "libwalle/session/memory_plan.h"

#include <algorithm>
#include <numeric>

namespace walle::session {

int64_t place(std::span<Lifetime> buffers) {
  constexpr int64_t kAlignment = 64;
  std::vector<size_t> order(buffers.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return buffers[a].bytes > buffers[b].bytes; });
  std::vector<size_t> placed;  // sorted by offset
  int64_t end = 0;
  for (const size_t i : order) {
    Lifetime& own = buffers[i];
    int64_t at = 0;
    for (const size_t p : placed) {
      const Lifetime& other = buffers[p];
      if (other.last < own.first || own.last < other.first) continue;
      if (at + own.bytes <= other.offset) break;
      at = std::max(at, (other.offset + other.bytes + kAlignment - 1) / kAlignment * kAlignment);
    }
    own.offset = at;
    end = std::max(end, at + own.bytes);
    const auto where = std::find_if(placed.begin(), placed.end(), [&](size_t p) { return buffers[p].offset > at; });
    placed.insert(where, i);
  }
  return (end + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace walle::session
