#pragma once

#include <cstddef>
#include <memory>

namespace walle::np {

/// Who pays for array memory. A task's VM installs one, so that tensor bytes and Python objects share one quota.
/// Thread-safe: charge and release may come from any thread.
class MemoryAccount {
 public:
  virtual ~MemoryAccount() = default;
  /// Asks for `bytes` more; false refuses (the allocation fails with resource_exhausted).
  [[nodiscard]] virtual bool charge(size_t bytes) noexcept = 0;
  virtual void release(size_t bytes) noexcept = 0;
};

/// The account that arrays made on this thread are charged to; null (the default) charges nobody.
/// Each storage keeps its account alive and releases to it, whichever thread drops it.
void set_thread_account(std::shared_ptr<MemoryAccount> account);
[[nodiscard]] const std::shared_ptr<MemoryAccount>& thread_account();

}  // namespace walle::np
