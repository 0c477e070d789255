#include "pyvm/interp/account.h"

#include <Python.h>
#include <malloc.h>
#include <sys/mman.h>

#include <cstdlib>

#include "libwalle/base/sanitized.h"

namespace walle::pyvm {
namespace {
constexpr size_t kArenaAlignment = 4096;

thread_local Account* account_of_thread = nullptr;

// The size that a block is charged with is the one that malloc gave, so that free can find it again without a header:
// CPython swaps in its own raw allocator for a moment at some places, and blocks of either must be free to cross.
void* charged(void* block, size_t asked) {
  if (!account_of_thread) return block;
  if (!block) {
    account_of_thread->release(asked);
    return nullptr;
  }
  account_of_thread->add(malloc_usable_size(block) - asked);
  return block;
}

bool refused(size_t bytes) { return account_of_thread && !account_of_thread->charge(bytes); }

void* raw_malloc(void*, size_t size) {
  size = size ? size : 1;
  return refused(size) ? nullptr : charged(std::malloc(size), size);
}

void* raw_calloc(void*, size_t count, size_t size) {
  size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) return nullptr;
  bytes = bytes ? bytes : 1;
  return refused(bytes) ? nullptr : charged(std::calloc(bytes, 1), bytes);
}

void raw_free(void*, void* block) {
  if (account_of_thread && block) account_of_thread->release(malloc_usable_size(block));
  std::free(block);
}

void* raw_realloc(void* context, void* block, size_t size) {
  if (!block) return raw_malloc(context, size);
  size = size ? size : 1;
  const size_t before = malloc_usable_size(block);
  if (size > before && refused(size - before)) return nullptr;
  void* moved = std::realloc(block, size);
  if (!account_of_thread) return moved;
  if (!moved) {
    if (size > before) account_of_thread->release(size - before);
    return nullptr;
  }
  const size_t after = malloc_usable_size(moved);
  const size_t held = size > before ? size : before;
  if (after > held) account_of_thread->add(after - held);
  if (after < held) account_of_thread->release(held - after);
  return moved;
}

void* map_arena(size_t size) {
  if (kSanitized) return std::aligned_alloc(kArenaAlignment, size);
  void* arena = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return arena == MAP_FAILED ? nullptr : arena;
}

void* arena_alloc(void*, size_t size) {
  if (refused(size)) return nullptr;
  void* arena = map_arena(size);
  if (arena == nullptr && account_of_thread) account_of_thread->release(size);
  return arena;
}

void arena_free(void*, void* arena, size_t size) {
  if (kSanitized)
    std::free(arena);
  else
    munmap(arena, size);
  if (account_of_thread) account_of_thread->release(size);
}
}  // namespace

bool Account::charge(size_t bytes) noexcept {
  size_t used = used_.load(std::memory_order_relaxed);
  do {
    const size_t limit = limit_.load(std::memory_order_relaxed);
    if (bytes > limit || used > limit - bytes) return false;
  } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
  if (used + bytes > peak_.load(std::memory_order_relaxed)) peak_.store(used + bytes, std::memory_order_relaxed);
  return true;
}

void Account::add(size_t bytes) noexcept { used_.fetch_add(bytes, std::memory_order_relaxed); }

void Account::release(size_t bytes) noexcept {
  size_t used = used_.load(std::memory_order_relaxed);
  while (!used_.compare_exchange_weak(used, used > bytes ? used - bytes : 0, std::memory_order_relaxed)) {
  }
}

void install_allocators() {
  PyMemAllocatorEx raw{nullptr, raw_malloc, raw_calloc, raw_realloc, raw_free};
  PyMem_SetAllocator(PYMEM_DOMAIN_RAW, &raw);
  PyObjectArenaAllocator arenas{nullptr, arena_alloc, arena_free};
  PyObject_SetArenaAllocator(&arenas);
}

void set_python_account(Account* account) { account_of_thread = account; }

}  // namespace walle::pyvm
