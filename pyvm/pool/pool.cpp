#include "pyvm/pool/pool.h"

namespace walle::pyvm {

Pool::Pool(size_t warm) : warm_(warm), thread_([this] { refill(); }) {}

Pool::~Pool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Result<std::unique_ptr<Interpreter>> Pool::take() {
  {
    const std::lock_guard lock(mutex_);
    failed_ = false;
    if (!ready_.empty()) {
      auto interpreter = std::move(ready_.back());
      ready_.pop_back();
      changed_.notify_all();
      return interpreter;
    }
  }
  return Interpreter::create();
}

void Pool::wait_until_warm() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return failed_ || stopping_ || ready_.size() >= warm_; });
}

size_t Pool::ready() const {
  const std::lock_guard lock(mutex_);
  return ready_.size();
}

void Pool::refill() {
  std::unique_lock lock(mutex_);
  for (;;) {
    // After a failure it waits for the next take: memory may be back by then.
    changed_.wait(lock, [this] { return stopping_ || (!failed_ && ready_.size() < warm_); });
    if (stopping_) return;
    lock.unlock();
    auto made = Interpreter::create();
    lock.lock();
    if (made) {
      ready_.push_back(std::move(*made));
    } else {
      failed_ = true;
    }
    changed_.notify_all();
  }
}

}  // namespace walle::pyvm
