#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "libwalle/lib/np/memory.h"

namespace walle::pyvm {

/// Bytes that one VM holds: Python's raw allocations and arenas, and the storage of its arrays. Thread-safe.
class Account final : public np::MemoryAccount {
 public:
  [[nodiscard]] bool charge(size_t bytes) noexcept override;
  void release(size_t bytes) noexcept override;
  /// Adds without asking (the difference between what was asked for and what the allocator gave).
  void add(size_t bytes) noexcept;

  /// Refuses what would go over `bytes` above what is held now. Until then, and after `lift`, nothing is refused:
  /// making and ending an interpreter cannot cope with a failed allocation.
  void limit(size_t bytes) noexcept { limit_ = used_ + bytes; }
  void lift() noexcept { limit_ = SIZE_MAX; }
  void enforce(size_t limit) noexcept { limit_ = limit; }
  [[nodiscard]] size_t limit() const noexcept { return limit_; }
  [[nodiscard]] size_t used() const noexcept { return used_; }
  [[nodiscard]] size_t peak() const noexcept { return peak_; }
  void reset_peak() noexcept { peak_ = used_.load(); }

 private:
  std::atomic<size_t> used_ = 0;
  std::atomic<size_t> peak_ = 0;
  std::atomic<size_t> limit_ = SIZE_MAX;
};

/// Makes CPython's raw and arena allocators charge the account of the calling thread. Once, before Python starts.
void install_allocators();
/// The account that Python allocations on this thread are charged to; null: nobody's.
void set_python_account(Account* account);

}  // namespace walle::pyvm
