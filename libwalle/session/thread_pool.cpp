#include "libwalle/session/thread_pool.h"

#include <algorithm>
#include <chrono>

namespace walle::session {
namespace {

constexpr uint32_t kOpen = 1U << 31;
constexpr auto kSpin = std::chrono::microseconds(50);

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

ThreadPool::ThreadPool(int threads) {
  for (int i = 1; i < std::clamp(threads, 1, 64); ++i) helpers_.emplace_back([this, i] { help(i); });
}

ThreadPool::~ThreadPool() {
  ending_ = true;
  jobs_.fetch_add(1);
  jobs_.notify_all();
  for (std::thread& helper : helpers_) helper.join();
}

void ThreadPool::run(int64_t tiles, const std::function<void(TileRange, int)>& work) {
  if (helpers_.empty() || tiles <= 1) {
    work({0, tiles}, 0);
    return;
  }
  work_ = &work;
  tiles_ = tiles;
  chunk_ = std::max<int64_t>(1, tiles / (static_cast<int64_t>(threads()) * 8));
  next_.store(0, std::memory_order_relaxed);
  gate_.store(kOpen, std::memory_order_release);
  jobs_.fetch_add(1, std::memory_order_release);
  jobs_.notify_all();
  work_on(0);
  // Closed: nobody else comes in. Those inside finish the chunk they hold.
  uint32_t inside = gate_.fetch_and(~kOpen, std::memory_order_acq_rel) & ~kOpen;
  const auto until = std::chrono::steady_clock::now() + kSpin;
  while (inside != 0) {
    if (std::chrono::steady_clock::now() < until)
      pause();
    else
      gate_.wait(inside, std::memory_order_acquire);
    inside = gate_.load(std::memory_order_acquire);
  }
}

void ThreadPool::work_on(int worker) {
  for (;;) {
    const int64_t begin = next_.fetch_add(chunk_, std::memory_order_relaxed);
    if (begin >= tiles_) return;
    (*work_)({begin, std::min(tiles_, begin + chunk_)}, worker);
  }
}

bool ThreadPool::wait_for_job(uint32_t& seen) {
  const auto until = std::chrono::steady_clock::now() + kSpin;
  uint32_t now = jobs_.load(std::memory_order_acquire);
  while (now == seen) {
    if (std::chrono::steady_clock::now() < until)
      pause();
    else
      jobs_.wait(seen, std::memory_order_acquire);
    now = jobs_.load(std::memory_order_acquire);
  }
  seen = now;
  return !ending_.load();
}

void ThreadPool::help(int worker) {
  uint32_t seen = 0;
  while (wait_for_job(seen)) {
    uint32_t gate = gate_.load(std::memory_order_acquire);
    bool entered = false;
    while ((gate & kOpen) != 0 && !entered)
      entered = gate_.compare_exchange_weak(gate, gate + 1, std::memory_order_acq_rel);
    if (!entered) continue;  // came too late: the job is done
    work_on(worker);
    if (gate_.fetch_sub(1, std::memory_order_acq_rel) == 1) gate_.notify_one();
  }
}

}  // namespace walle::session
