#include "daemon/loop/loop.h"

#include <poll.h>
#include <uv.h>

#include <mutex>
#include <utility>
#include <vector>

namespace walle::daemon {

/// A libuv handle with its callback. Freed by uv_close's callback, because libuv keeps it until then.
struct Registration::Entry {
  union {
    uv_handle_t handle;
    uv_poll_t poll;
    uv_timer_t timer;
    uv_signal_t signal;
    uv_prepare_t prepare;
  };
  std::function<void()> callback;
};

struct Loop::State {
  uv_loop_t loop{};
  uv_async_t wake{};
  std::mutex mutex;
  std::vector<std::function<void()>> posted;

  void run_posted() {
    std::vector<std::function<void()>> jobs;
    {
      const std::lock_guard lock(mutex);
      jobs.swap(posted);
    }
    for (const auto& job : jobs) job();
  }
};

namespace {

/// Calls a copy, because a callback may destroy its own registration.
void fire(Registration::Entry* entry) {
  const auto callback = entry->callback;
  callback();
}

Error uv_error(std::string_view what, int code) {
  return Error{ErrorCode::unavailable, std::string(what) + ": " + uv_strerror(code)};
}

int uv_events(int events) {
  return ((events & POLLIN) != 0 ? UV_READABLE | UV_DISCONNECT : 0) | ((events & POLLOUT) != 0 ? UV_WRITABLE : 0);
}

void on_poll(uv_poll_t* handle, int, int) { fire(static_cast<Registration::Entry*>(handle->data)); }

struct Work {
  uv_work_t request{};
  std::function<void()> job;
  std::function<void()> done;
};

}  // namespace

Registration::Registration(Registration&& other) noexcept : entry_(std::exchange(other.entry_, nullptr)) {}
Registration& Registration::operator=(Registration&& other) noexcept {
  if (this != &other) {
    reset();
    entry_ = std::exchange(other.entry_, nullptr);
  }
  return *this;
}
Registration::~Registration() { reset(); }

void Registration::reset() {
  Entry* entry = std::exchange(entry_, nullptr);
  if (entry == nullptr) return;
  uv_close(&entry->handle, [](uv_handle_t* handle) { delete static_cast<Entry*>(handle->data); });
}

Loop::Loop(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<Loop>> Loop::create() {
  auto state = std::make_unique<State>();
  if (const int code = uv_loop_init(&state->loop); code != 0) return fail(uv_error("event loop", code));
  state->loop.data = state.get();
  const int code = uv_async_init(&state->loop, &state->wake,
                                 [](uv_async_t* wake) { static_cast<State*>(wake->data)->run_posted(); });
  if (code != 0) return fail(uv_error("event loop", code));
  state->wake.data = state.get();
  return std::unique_ptr<Loop>(new Loop(std::move(state)));
}

Loop::~Loop() {
  uv_close(reinterpret_cast<uv_handle_t*>(&state_->wake), nullptr);
  uv_run(&state_->loop, UV_RUN_DEFAULT);
  uv_loop_close(&state_->loop);
}

void Loop::run() { uv_run(&state_->loop, UV_RUN_DEFAULT); }
void Loop::stop() { uv_stop(&state_->loop); }
uv_loop_s* Loop::raw() const { return &state_->loop; }

Result<Registration> Loop::watch(int fd, std::function<void()> ready) { return poll(fd, POLLIN, std::move(ready)); }

Result<Registration> Loop::poll(int fd, int events, std::function<void()> ready) {
  auto* entry = new Registration::Entry{.handle = {}, .callback = std::move(ready)};
  if (const int code = uv_poll_init(&state_->loop, &entry->poll, fd); code != 0) {
    delete entry;
    return fail(uv_error("watch a descriptor", code));
  }
  entry->poll.data = entry;
  Registration registration(entry);
  if (const int code = uv_poll_start(&entry->poll, uv_events(events), on_poll); code != 0)
    return fail(uv_error("watch a descriptor", code));
  return registration;
}

void Loop::set_events(const Registration& registration, int events) {
  if (registration) uv_poll_start(&registration.entry()->poll, uv_events(events), on_poll);
}

Registration Loop::after(int64_t delay_us, std::function<void()> due, int64_t period_us) {
  const auto milliseconds = [](int64_t us) { return us <= 0 ? uint64_t{0} : static_cast<uint64_t>((us + 999) / 1000); };
  auto* entry = new Registration::Entry{.handle = {}, .callback = std::move(due)};
  uv_timer_init(&state_->loop, &entry->timer);
  entry->timer.data = entry;
  uv_update_time(&state_->loop);
  uv_timer_start(
      &entry->timer, [](uv_timer_t* timer) { fire(static_cast<Registration::Entry*>(timer->data)); },
      milliseconds(delay_us), milliseconds(period_us));
  return Registration(entry);
}

Registration Loop::before_wait(std::function<void()> due) {
  auto* entry = new Registration::Entry{.handle = {}, .callback = std::move(due)};
  uv_prepare_init(&state_->loop, &entry->prepare);
  entry->prepare.data = entry;
  uv_prepare_start(&entry->prepare,
                   [](uv_prepare_t* prepare) { fire(static_cast<Registration::Entry*>(prepare->data)); });
  return Registration(entry);
}

Registration Loop::on_signal(int number, std::function<void()> received) {
  auto* entry = new Registration::Entry{.handle = {}, .callback = std::move(received)};
  uv_signal_init(&state_->loop, &entry->signal);
  entry->signal.data = entry;
  uv_signal_start(
      &entry->signal, [](uv_signal_t* signal, int) { fire(static_cast<Registration::Entry*>(signal->data)); }, number);
  return Registration(entry);
}

void Loop::post(std::function<void()> job) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->posted.push_back(std::move(job));
  }
  uv_async_send(&state_->wake);
}

void Loop::work(std::function<void()> job, std::function<void()> done) {
  auto* work = new Work{.job = std::move(job), .done = std::move(done)};
  work->request.data = work;
  uv_queue_work(
      &state_->loop, &work->request, [](uv_work_t* request) { static_cast<Work*>(request->data)->job(); },
      [](uv_work_t* request, int) {
        const std::unique_ptr<Work> finished(static_cast<Work*>(request->data));
        finished->done();
      });
}

}  // namespace walle::daemon
