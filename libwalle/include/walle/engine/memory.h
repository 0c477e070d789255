#pragma once

#include <cstdint>

namespace walle::engine {

/// Who pays for a model's memory: its weights, packed weights, and the arenas of its sessions. Outputs belong to the
/// caller, who pays for them where that matters. Thread-safe: calls come from any thread.
class MemoryBudget {
 public:
  virtual ~MemoryBudget() = default;
  /// Asks for `bytes` more, before they are allocated; false refuses.
  [[nodiscard]] virtual bool charge(int64_t bytes) noexcept = 0;
  virtual void release(int64_t bytes) noexcept = 0;
};

}  // namespace walle::engine
