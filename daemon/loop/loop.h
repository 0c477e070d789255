#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "libwalle/base/result.h"

struct uv_loop_s;

namespace walle::daemon {

/// A watch, timer or signal handler of a Loop; destroying it ends it. Move only. The loop has to outlive it.
class Registration {
 public:
  struct Entry;
  Registration() = default;
  explicit Registration(Entry* entry) : entry_(entry) {}
  Registration(Registration&& other) noexcept;
  Registration& operator=(Registration&& other) noexcept;
  ~Registration();
  [[nodiscard]] explicit operator bool() const { return entry_ != nullptr; }
  void reset();
  [[nodiscard]] Entry* entry() const { return entry_; }

 private:
  Entry* entry_ = nullptr;
};

/// walled's one event loop (libuv): descriptors, timers, signals, work on other threads. Everything but `post` is
/// called on the loop's thread; callbacks run there, too.
class Loop {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Loop>> create();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs until `stop`.
  void run();
  void stop();

  /// Calls `ready` while `fd` is readable (or hung up). The descriptor stays the caller's and has to stay open.
  [[nodiscard]] Result<Registration> watch(int fd, std::function<void()> ready);
  /// The same for readable and/or writable, as poll(2)'s events; `set_events` changes them. `ready` gets none of them.
  [[nodiscard]] Result<Registration> poll(int fd, int events, std::function<void()> ready);
  static void set_events(const Registration& registration, int events);

  /// Calls `due` once after `delay_us`, or every `period_us` from then on when that is not 0.
  [[nodiscard]] Registration after(int64_t delay_us, std::function<void()> due, int64_t period_us = 0);
  /// Calls `due` each time before the loop waits. Must be cheap.
  [[nodiscard]] Registration before_wait(std::function<void()> due);
  [[nodiscard]] Registration on_signal(int number, std::function<void()> received);

  /// Calls `job` soon, on the loop's thread. From any thread.
  void post(std::function<void()> job);
  /// Calls `job` on a thread of the pool, then `done` on the loop's.
  void work(std::function<void()> job, std::function<void()> done);

  [[nodiscard]] uv_loop_s* raw() const;

 private:
  struct State;
  explicit Loop(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace walle::daemon
