#pragma once

#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

#include "libwalle/base/result.h"

namespace walle::pyvm {

/// A thread with an 8 MiB stack and a guard (nested C code of CPython needs more than 1 MiB) that does jobs in order.
class Worker {
 public:
  Worker() = default;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  /// Joins; jobs not begun are dropped.
  ~Worker();
  /// Starts the thread: `begin`, then jobs until `stop`, then `end`.
  [[nodiscard]] Status start(std::function<void()> begin, std::function<void()> end);
  void post(std::function<void()> job);
  /// No more jobs; returns when the thread has ended.
  void stop();

 private:
  static void* entry(void* self);
  void loop();

  pthread_t thread_{};
  bool running_ = false;
  bool stopping_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  std::function<void()> begin_;
  std::function<void()> end_;
};

}  // namespace walle::pyvm
