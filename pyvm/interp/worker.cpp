#include "pyvm/interp/worker.h"

namespace walle::pyvm {
namespace {
constexpr size_t kStackBytes = 8U << 20;
constexpr size_t kGuardBytes = 256U << 10;
}  // namespace

Worker::~Worker() { stop(); }

Status Worker::start(std::function<void()> begin, std::function<void()> end) {
  begin_ = std::move(begin);
  end_ = std::move(end);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes + kGuardBytes);
  pthread_attr_setguardsize(&attributes, kGuardBytes);
  const int error = pthread_create(&thread_, &attributes, entry, this);
  pthread_attr_destroy(&attributes);
  if (error != 0) return fail(ErrorCode::resource_exhausted, "no thread for another interpreter (limit of threads?)");
  running_ = true;
  return {};
}

void Worker::post(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
}

void Worker::stop() {
  if (!running_) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  pthread_join(thread_, nullptr);
  running_ = false;
}

void* Worker::entry(void* self) {
  static_cast<Worker*>(self)->loop();
  return nullptr;
}

void Worker::loop() {
  begin_();
  for (;;) {
    std::function<void()> job;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (stopping_) break;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
  }
  end_();
}

}  // namespace walle::pyvm
