#include "pyvm/host/outbox.h"

namespace walle::pyvm {
namespace {
constexpr size_t kMostLogs = 1024;
constexpr size_t kMostMessages = 256;
}  // namespace

Outbox::Outbox(channel::Channel& channel, std::function<void()> gone)
    : channel_(channel), gone_(std::move(gone)), thread_([this] { loop(); }) {}

Outbox::~Outbox() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Outbox::send(Value message) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || queue_.size() - logs_ < kMostMessages; });
    queue_.push_back({std::move(message), false});
  }
  changed_.notify_all();
}

void Outbox::send_log(Value message) {
  {
    const std::lock_guard lock(mutex_);
    if (logs_ >= kMostLogs) {
      ++dropped_;
      return;
    }
    if (dropped_ > 0) message["dropped_before"] = std::exchange(dropped_, 0);
    queue_.push_back({std::move(message), true});
    ++logs_;
  }
  changed_.notify_all();
}

void Outbox::loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    Entry entry = std::move(queue_.front());
    queue_.pop_front();
    if (entry.log) --logs_;
    lock.unlock();
    changed_.notify_all();
    const auto sent = channel_.send(entry.message);
    if (!sent && sent.error().code == ErrorCode::unavailable) return gone_();
    lock.lock();
  }
}

}  // namespace walle::pyvm
