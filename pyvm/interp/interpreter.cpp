#include "pyvm/interp/interpreter.h"

#include <Python.h>

#include <future>

#include "pyvm/interp/account.h"
#include "pyvm/interp/convert.h"
#include "pyvm/interp/entry.h"
#include "pyvm/interp/environment.h"
#include "pyvm/interp/ref.h"
#include "pyvm/interp/stop.h"
#include "pyvm/interp/watchdog.h"
#include "pyvm/interp/worker.h"

namespace walle::pyvm {
namespace {
enum class Reason : uint8_t { none, deadline, cancelled };
/// Room for reporting a MemoryError without another one.
constexpr size_t kReportBytes = 4U << 20;
/// Nudges (5 ms apart) that leave room for the task to tidy up.
constexpr int kPatience = 2;
/// A task's finalisers and atexit functions get this long when its interpreter ends.
constexpr int64_t kEndUs = 500'000;

thread_local Interpreter* current_interpreter = nullptr;

// Creation reads and writes process-wide state of CPython that has seen little parallel use.
std::mutex& creation_mutex() {
  static std::mutex mutex;
  return mutex;
}
}  // namespace

class Interpreter::Impl final : public Watched {
 public:
  [[nodiscard]] Status start(Interpreter* owner);
  void stop();
  Outcome load_now(LoadOptions options);
  Outcome run_now(const Value& event, int64_t deadline_us, const std::function<bool()>& begin);
  void request_stop(Reason reason);

  [[nodiscard]] int64_t nudge_after_us() const override;
  void nudge() override;

  Worker worker;
  LoadOptions options;
  std::shared_ptr<Account> account = std::make_shared<Account>();
  std::atomic<Reason> reason = Reason::none;
  std::atomic<bool> stop_flag = false;
  std::atomic<int64_t> deadline_us = INT64_MAX;
  std::atomic<bool> in_task = false;
  Ref stopped_type;
  mutable std::mutex sleep_mutex;
  mutable std::condition_variable sleep_changed;

 private:
  class Phase;
  bool create();
  void end();
  static int raise_stop(void* self);
  TaskError failure(bool keep_kind = false);
  Outcome finish(Outcome outcome, int64_t begun_us);

  PyInterpreterState* interpreter_ = nullptr;
  PyThreadState* thread_state_ = nullptr;
  std::atomic<bool> nudged_ = false;
  std::atomic<bool> relentless_ = false;
  std::atomic<int> nudges_ = 0;
  size_t limit_ = SIZE_MAX;
  Ref run_;
  Ref context_;
};

/// While one lives the task's code may run: it is watched, and its memory is bounded.
class Interpreter::Impl::Phase {
 public:
  Phase(Impl& impl, int64_t deadline_us) : impl_(impl) {
    impl_.reason = Reason::none;
    impl_.stop_flag = false;
    impl_.nudges_ = 0;
    impl_.relentless_ = false;
    impl_.deadline_us = deadline_us;
    impl_.account->reset_peak();
    impl_.account->enforce(impl_.limit_);
    impl_.in_task = true;
    watchdog::wake();
  }
  ~Phase() {
    impl_.in_task = false;
    impl_.account->lift();
    impl_.deadline_us = INT64_MAX;
  }
  Phase(const Phase&) = delete;
  Phase& operator=(const Phase&) = delete;

 private:
  Impl& impl_;
};

Status Interpreter::Impl::start(Interpreter* owner) {
  std::promise<bool> created;
  auto result = created.get_future();
  WALLE_TRY(worker.start(
      [this, owner, &created] {
        current_interpreter = owner;
        created.set_value(create());
      },
      [this] { end(); }));
  if (!result.get()) return fail(ErrorCode::resource_exhausted, "Python could not make another interpreter");
  watchdog::add(this);
  return {};
}

bool Interpreter::Impl::create() {
  set_python_account(account.get());
  np::set_thread_account(account);
  PyInterpreterConfig config{};
  config.use_main_obmalloc = 0;
  config.allow_fork = 0;
  config.allow_exec = 0;
  config.allow_threads = 0;
  config.allow_daemon_threads = 0;
  config.check_multi_interp_extensions = 1;
  config.gil = PyInterpreterConfig_OWN_GIL;
  {
    const std::lock_guard lock(creation_mutex());
    const PyStatus status = Py_NewInterpreterFromConfig(&thread_state_, &config);
    if (PyStatus_Exception(status)) {
      thread_state_ = nullptr;
      return false;
    }
  }
  interpreter_ = PyThreadState_GetInterpreter(thread_state_);
  stopped_type = Ref(PyErr_NewException("walle.Stopped", PyExc_BaseException, nullptr));
  if (stopped_type && prepare_environment()) return true;
  PyErr_Clear();
  return false;
}

void Interpreter::Impl::end() {
  if (thread_state_) {
    in_task = true;
    reason = Reason::none;
    nudges_ = 0;
    relentless_ = false;
    deadline_us = now_us() + kEndUs;
    watchdog::wake();
    run_ = Ref();
    context_ = Ref();
    // The task's finalisers run now, where they can still be stopped, not inside Py_EndInterpreter.
    clear_modules_below(options.files);
    flush_output();
    in_task = false;
    watchdog::remove(this);
    stopped_type = Ref();
    Py_EndInterpreter(thread_state_);
  }
  set_python_account(nullptr);
  np::set_thread_account(nullptr);
  current_interpreter = nullptr;
}

void Interpreter::Impl::stop() {
  request_stop(Reason::cancelled);
  worker.stop();
  watchdog::remove(this);
}

int64_t Interpreter::Impl::nudge_after_us() const {
  if (!in_task) return INT64_MAX;
  return reason == Reason::none ? deadline_us.load() : 0;
}

void Interpreter::Impl::nudge() {
  Reason none = Reason::none;
  if (reason.compare_exchange_strong(none, Reason::deadline)) sleep_changed.notify_all();
  stop_flag = true;
  // The first time the task's `finally` blocks may run; from the second on the exception comes back at every boundary,
  // which no nesting of `except BaseException` survives.
  relentless_ = nudges_++ >= kPatience;
  if (!nudged_.exchange(true) && !call_at_next_boundary(interpreter_, raise_stop, this)) nudged_ = false;
}

void Interpreter::Impl::request_stop(Reason why) {
  if (!in_task) return;
  Reason none = Reason::none;
  reason.compare_exchange_strong(none, why);
  stop_flag = true;
  sleep_changed.notify_all();
  watchdog::wake();
}

int Interpreter::Impl::raise_stop(void* self) {
  auto* impl = static_cast<Impl*>(self);
  impl->nudged_ = false;
  if (!impl->in_task || impl->reason == Reason::none || !impl->stopped_type) return 0;
  if (impl->relentless_) impl->nudged_ = call_at_next_boundary(impl->interpreter_, raise_stop, impl);
  PyErr_SetString(impl->stopped_type.get(), "the task has to stop");
  return -1;
}

TaskError Interpreter::Impl::failure(bool keep_kind) {
  account->enforce(limit_ == SIZE_MAX ? limit_ : limit_ + kReportBytes);
  TaskError error = take_exception(options.files);
  if (keep_kind) error.kind = "bad_result";
  return error;
}

Outcome Interpreter::Impl::finish(Outcome outcome, int64_t begun_us) {
  flush_output();
  outcome.time_us = now_us() - begun_us;
  outcome.memory_bytes = static_cast<int64_t>(account->peak());
  if (outcome.error && outcome.error->kind == "memory") {
    outcome.error->message += " (the task's memory limit is " + std::to_string(options.memory_bytes >> 20) +
                              " MiB; task.toml, [limits] memory)";
    PyGC_Collect();
  }
  if (reason == Reason::none) return outcome;
  if (!outcome.error) outcome.error.emplace();
  outcome.value = Value();
  const bool late = reason == Reason::deadline;
  outcome.error->kind = late ? "deadline" : "cancelled";
  outcome.error->message =
      late ? "stopped after " + std::to_string(outcome.time_us / 1000) + " ms: out of time (task.toml, [limits] time)"
           : "cancelled after " + std::to_string(outcome.time_us / 1000) + " ms";
  return outcome;
}

Outcome Interpreter::Impl::load_now(LoadOptions wanted) {
  options = std::move(wanted);
  const int64_t begun = now_us();
  Outcome outcome;
  if (options.confine) {
    if (auto confined = options.confine(); !confined) {
      outcome.error = TaskError{"exception", "the sandbox could not be set up: " + confined.error().message, ""};
      return outcome;
    }
  }
  limit_ = account->used() + static_cast<size_t>(options.memory_bytes);
  const Phase phase(*this, options.deadline_us);
  auto entry = import_entry(options.files, options.entry);
  if (entry) {
    run_ = std::move(*entry);
    context_ = Ref(make_context());
    if (!context_) outcome.error = failure();
  } else if (PyErr_Occurred()) {
    outcome.error = failure();
  } else {
    outcome.error = TaskError{"exception", entry.error().message, ""};
  }
  return finish(std::move(outcome), begun);
}

Outcome Interpreter::Impl::run_now(const Value& event, int64_t deadline, const std::function<bool()>& begin) {
  const int64_t begun = now_us();
  Outcome outcome;
  if (!run_) {
    outcome.error = TaskError{"exception", "no task is loaded in this interpreter", ""};
    return outcome;
  }
  const Phase phase(*this, deadline);
  if (begin && !begin()) {
    outcome.error = TaskError{"cancelled", "cancelled before it began", ""};
    return outcome;
  }
  if (deadline <= begun) {
    outcome.error =
        TaskError{"deadline", "its time had passed before it began; the task's other runs took too long", ""};
    return outcome;
  }
  Ref argument(to_python(event));
  Ref result(argument ? PyObject_CallFunctionObjArgs(run_.get(), argument.get(), context_.get(), nullptr) : nullptr);
  if (!result) {
    outcome.error = failure();
  } else if (auto value = from_python(result.get(), "result")) {
    outcome.value = std::move(*value);
  } else if (PyErr_Occurred()) {
    outcome.error = failure(true);
  } else {
    outcome.error = TaskError{"bad_result", value.error().message, ""};
  }
  argument = Ref();
  result = Ref();
  return finish(std::move(outcome), begun);
}

Interpreter::Interpreter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Interpreter::~Interpreter() { impl_->stop(); }

Result<std::unique_ptr<Interpreter>> Interpreter::create() {
  auto interpreter = std::unique_ptr<Interpreter>(new Interpreter(std::make_unique<Impl>()));
  WALLE_TRY(interpreter->impl_->start(interpreter.get()));
  return interpreter;
}

void Interpreter::load(LoadOptions options, Done done) {
  impl_->worker.post([this, options = std::move(options), done = std::move(done)]() mutable {
    done(impl_->load_now(std::move(options)));
  });
}

void Interpreter::run(Value event, int64_t deadline_us, Done done, std::function<bool()> begin) {
  impl_->worker.post([this, event = std::move(event), deadline_us, done = std::move(done), begin = std::move(begin)] {
    done(impl_->run_now(event, deadline_us, begin));
  });
}

void Interpreter::cancel() { impl_->request_stop(Reason::cancelled); }

Outcome Interpreter::load(LoadOptions options) {
  std::promise<Outcome> outcome;
  load(std::move(options), [&outcome](Outcome o) { outcome.set_value(std::move(o)); });
  return outcome.get_future().get();
}

Outcome Interpreter::run(Value event, int64_t deadline_us) {
  std::promise<Outcome> outcome;
  run(std::move(event), deadline_us, [&outcome](Outcome o) { outcome.set_value(std::move(o)); });
  return outcome.get_future().get();
}

Interpreter* Interpreter::current() { return current_interpreter; }
const LoadOptions& Interpreter::options() const { return impl_->options; }
Services& Interpreter::services() const { return *impl_->options.services; }
bool Interpreter::stopped() const { return impl_->reason != Reason::none; }
const std::atomic<bool>& Interpreter::stop_flag() const { return impl_->stop_flag; }
int64_t Interpreter::deadline_us() const { return impl_->deadline_us; }

PyObject* Interpreter::raise_stopped() const {
  PyErr_SetString(impl_->stopped_type.get(), "the task has to stop");
  return nullptr;
}

bool Interpreter::sleep_us(int64_t us) const {
  const int64_t end = now_us() + us;
  std::unique_lock lock(impl_->sleep_mutex);
  for (int64_t left = us; left > 0 && !stopped(); left = end - now_us()) {
    impl_->sleep_changed.wait_for(lock, std::chrono::microseconds(std::min<int64_t>(left, 50'000)));
  }
  return !stopped();
}

}  // namespace walle::pyvm
