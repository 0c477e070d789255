#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "ipc/channel/channel.h"

namespace walle::pyvm {

/// Sends messages from a thread of its own, so that VM threads (whose descriptors are their own) never touch the
/// channel and a slow peer never blocks a run. Bounded: log lines beyond the bound are dropped and counted, other
/// messages wait for room. Thread-safe.
class Outbox {
 public:
  /// `gone` is called once when the peer has hung up.
  Outbox(channel::Channel& channel, std::function<void()> gone);
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;
  ~Outbox();

  void send(Value message);
  void send_log(Value message);

 private:
  struct Entry {
    Value message;
    bool log = false;
  };
  void loop();

  channel::Channel& channel_;
  std::function<void()> gone_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Entry> queue_;
  size_t logs_ = 0;
  uint64_t dropped_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace walle::pyvm
