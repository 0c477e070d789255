#include "daemon/net/loop.h"

#include <uv.h>

#include <csignal>
#include <mutex>
#include <vector>

namespace walle::net {

struct Loop::State {
  uv_loop_t loop{};
  uv_async_t async{};
  uv_signal_t terminate{};
  uv_signal_t interrupt{};
  std::function<void()> on_terminate;
  std::mutex mutex;
  std::vector<std::function<void()>> posted;
  bool ending = false;

  void run_posted() {
    std::vector<std::function<void()>> batch;
    {
      const std::lock_guard lock(mutex);
      batch.swap(posted);
    }
    for (const auto& callback : batch) {
      if (!ending) callback();
    }
  }
};

Loop::Loop() : state_(std::make_unique<State>()) {
  State* state = state_.get();
  uv_loop_init(&state->loop);
  state->async.data = state;
  uv_async_init(&state->loop, &state->async,
                [](uv_async_t* handle) { static_cast<State*>(handle->data)->run_posted(); });
  for (auto* signal : {&state->terminate, &state->interrupt}) {
    uv_signal_init(&state->loop, signal);
    uv_unref(reinterpret_cast<uv_handle_t*>(signal));
    signal->data = state;
  }
}

Loop::~Loop() {
  state_->ending = true;
  for (auto* handle :
       {reinterpret_cast<uv_handle_t*>(&state_->async), reinterpret_cast<uv_handle_t*>(&state_->terminate),
        reinterpret_cast<uv_handle_t*>(&state_->interrupt)}) {
    uv_close(handle, nullptr);
  }
  uv_run(&state_->loop, UV_RUN_DEFAULT);
  uv_loop_close(&state_->loop);
}

void Loop::run() { uv_run(&state_->loop, UV_RUN_DEFAULT); }

void Loop::stop() {
  post([this] { uv_stop(&state_->loop); });
}

void Loop::post(std::function<void()> callback) {
  const std::lock_guard lock(state_->mutex);
  state_->posted.push_back(std::move(callback));
  uv_async_send(&state_->async);
}

void Loop::work(std::function<void()> work, std::function<void()> then) {
  struct Job {
    uv_work_t request{};
    std::function<void()> work, then;
    State* state = nullptr;
  };
  auto* job = new Job{.work = std::move(work), .then = std::move(then), .state = state_.get()};
  job->request.data = job;
  uv_queue_work(
      &state_->loop, &job->request, [](uv_work_t* request) { static_cast<Job*>(request->data)->work(); },
      [](uv_work_t* request, int) {
        const std::unique_ptr<Job> done(static_cast<Job*>(request->data));
        if (!done->state->ending) done->then();
      });
}

void Loop::on_terminate(std::function<void()> callback) {
  state_->on_terminate = std::move(callback);
  const auto call = [](uv_signal_t* signal, int) { static_cast<State*>(signal->data)->on_terminate(); };
  uv_signal_start(&state_->terminate, call, SIGTERM);
  uv_signal_start(&state_->interrupt, call, SIGINT);
}

struct Loop::Timer::State {
  uv_timer_t timer{};
  std::function<void()> callback;
};

Loop::Timer::Timer(Loop& loop) : state_(new State) {
  uv_timer_init(&loop.state_->loop, &state_->timer);
  state_->timer.data = state_;
}

Loop::Timer::~Timer() {
  uv_close(reinterpret_cast<uv_handle_t*>(&state_->timer),
           [](uv_handle_t* handle) { delete static_cast<State*>(handle->data); });
}

void Loop::Timer::set(int64_t delay_us, std::function<void()> callback) {
  state_->callback = std::move(callback);
  uv_update_time(state_->timer.loop);
  const auto delay_ms = static_cast<uint64_t>(delay_us <= 0 ? 0 : (delay_us + 999) / 1000);
  uv_timer_start(
      &state_->timer,
      [](uv_timer_t* timer) {
        // Moved out first: the callback may set the timer again.
        const auto call = std::move(static_cast<State*>(timer->data)->callback);
        call();
      },
      delay_ms, 0);
}

void Loop::Timer::stop() { uv_timer_stop(&state_->timer); }

struct Loop::Watch::State {
  uv_poll_t poll{};
  std::function<void()> ready;
};

Loop::Watch::Watch(Loop& loop, int fd, std::function<void()> ready) : state_(new State{.ready = std::move(ready)}) {
  uv_poll_init(&loop.state_->loop, &state_->poll, fd);
  state_->poll.data = state_;
  uv_poll_start(&state_->poll, UV_READABLE | UV_DISCONNECT,
                [](uv_poll_t* poll, int, int) { static_cast<State*>(poll->data)->ready(); });
}

Loop::Watch::~Watch() {
  uv_close(reinterpret_cast<uv_handle_t*>(&state_->poll),
           [](uv_handle_t* handle) { delete static_cast<State*>(handle->data); });
}

}  // namespace walle::net
