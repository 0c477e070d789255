#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "libwalle/base/result.h"
#include "libwalle/base/value.h"
#include "pyvm/interp/services.h"
#include "pyvm/interp/task_error.h"

namespace walle::pyvm {

struct LoadOptions {
  std::string task;
  std::string version;
  std::string files;                 ///< absolute folder of the bundle
  std::string data;                  ///< absolute folder that is the task's own
  std::string entry = "main.py";     ///< relative to `files`
  Value device = Value::object();    ///< labels, as ctx.device
  int64_t memory_bytes = 256 << 20;  ///< above what the fresh interpreter holds
  int64_t deadline_us = INT64_MAX;   ///< CLOCK_BOOTTIME, for the import of the entry
  std::shared_ptr<Services> services;
  std::function<Status()> confine;  ///< called on the VM's thread before any code of the task (sandbox)
};

/// How a load or a run ended: an error, or a value (null for a load).
struct Outcome {
  std::optional<TaskError> error;
  Value value;
  int64_t time_us = 0;
  int64_t memory_bytes = 0;  ///< most that the VM held, Python and arrays
};
using Done = std::function<void(Outcome)>;

/// A sub-interpreter with its own GIL and allocator (PEP 684) on a thread of its own with an 8 MiB guarded stack.
/// It belongs to the one task that was loaded into it until it ends. Work is done in the order it was given.
/// Thread: all methods may be called from any thread but the VM's own; `done` is called on the VM's thread.
class Interpreter {
 public:
  /// Starts one; takes some milliseconds, so do it ahead (pyvm/pool). Runtime::start must have been called.
  /// Errors: resource_exhausted if there is no thread or memory for it.
  [[nodiscard]] static Result<std::unique_ptr<Interpreter>> create();
  /// Cancels what runs, waits for it and ends the interpreter. A task stuck in C code that does not return makes this
  /// wait for ever: the process has to be killed then (walled does).
  ~Interpreter();
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;

  /// Imports the task's entry, which must define run(event, ctx). After an error the interpreter is of no use.
  void load(LoadOptions options, Done done);
  /// Calls run(event, ctx). At `deadline_us` (CLOCK_BOOTTIME) an exception is raised in it, repeated until it ends.
  /// `begin` (may be null) is asked on the VM's thread when its turn has come and `cancel` reaches it; false:
  /// cancelled.
  void run(Value event, int64_t deadline_us, Done done, std::function<bool()> begin = nullptr);
  /// Stops the load or run that is going on, as at a deadline. No effect when idle.
  void cancel();

  /// The same, waiting for the outcome.
  [[nodiscard]] Outcome load(LoadOptions options);
  [[nodiscard]] Outcome run(Value event, int64_t deadline_us);

  // What follows is for modules, on the VM's own thread.
  /// The interpreter of the calling thread; null on other threads.
  [[nodiscard]] static Interpreter* current();
  [[nodiscard]] const LoadOptions& options() const;
  [[nodiscard]] Services& services() const;
  /// True once the task has to stop; blocking calls return then and their module calls `raise_stopped`.
  [[nodiscard]] bool stopped() const;
  /// The same as a flag that long native work can look at.
  [[nodiscard]] const std::atomic<bool>& stop_flag() const;
  /// Sets the exception that ends a stopped task; returns null.
  PyObject* raise_stopped() const;
  /// CLOCK_BOOTTIME of the end of this load or run.
  [[nodiscard]] int64_t deadline_us() const;
  /// Waits without the GIL; false if the task has to stop.
  [[nodiscard]] bool sleep_us(int64_t us) const;

 private:
  class Impl;
  explicit Interpreter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace walle::pyvm
