#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "libwalle/base/result.h"

namespace walle::net {

/// One libuv loop with what this program needs of it. All callbacks run on the loop's thread; only `post` and `stop`
/// may be called from others.
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs until `stop`.
  void run();
  void stop();
  /// Thread-safe; in order.
  void post(std::function<void()> callback);
  /// `work` on a pool thread, then `then` here. At the loop's end what has begun is waited for and `then` is dropped.
  void work(std::function<void()> work, std::function<void()> then);
  /// Calls once after `delay_us`, unless it is set again or dropped before. A timer dies with its handle.
  class Timer {
   public:
    explicit Timer(Loop& loop);
    ~Timer();
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    void set(int64_t delay_us, std::function<void()> callback);
    void stop();

   private:
    struct State;
    State* state_;
  };
  /// Calls `ready` while `fd` is readable or hung up, until the watch goes. The descriptor stays the caller's.
  class Watch {
   public:
    Watch(Loop& loop, int fd, std::function<void()> ready);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

   private:
    struct State;
    State* state_;
  };
  /// Calls `callback` on SIGTERM and SIGINT.
  void on_terminate(std::function<void()> callback);

 private:
  friend class Timer;
  friend class Watch;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace walle::net
