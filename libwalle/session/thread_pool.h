#pragma once

#include <atomic>
#include <thread>
#include <vector>

#include "libwalle/graph/backend.h"

namespace walle::session {

/// Threads of one session. Tiles go out in chunks from one counter; the caller works, too, and waits only for chunks
/// that another thread has begun. Helpers look for work for at most 50 µs, then sleep in the kernel: idle costs
/// nothing. `run` from one thread at a time.
class ThreadPool final : public graph::Parallel {
 public:
  /// threads: 1 to 64, the caller's included.
  explicit ThreadPool(int threads);
  ~ThreadPool() override;
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  [[nodiscard]] int threads() const override { return static_cast<int>(helpers_.size()) + 1; }
  void run(int64_t tiles, const std::function<void(TileRange, int worker)>& work) override;

 private:
  void help(int worker);
  void work_on(int worker);
  /// Waits for the next job after `seen`; false when the pool ends.
  bool wait_for_job(uint32_t& seen);

  std::vector<std::thread> helpers_;
  const std::function<void(TileRange, int)>* work_ = nullptr;
  int64_t tiles_ = 0;
  int64_t chunk_ = 1;
  alignas(64) std::atomic<int64_t> next_{0};
  /// Bit 31: a job is open; the other bits: helpers that are inside it.
  alignas(64) std::atomic<uint32_t> gate_{0};
  alignas(64) std::atomic<uint32_t> jobs_{0};
  std::atomic<bool> ending_{false};
};

/// The calling thread alone, for steps that are too small to share.
class SerialParallel final : public graph::Parallel {
 public:
  [[nodiscard]] int threads() const override { return 1; }
  void run(int64_t tiles, const std::function<void(TileRange, int)>& work) override { work({0, tiles}, 0); }
};

}  // namespace walle::session
