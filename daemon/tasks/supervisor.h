#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/loop/journal.h"
#include "daemon/loop/loop.h"
#include "daemon/tasks/host.h"
#include "daemon/tasks/host_call.h"
#include "daemon/tasks/registry.h"
#include "libwalle/base/clock.h"

namespace walle::daemon {

struct SupervisorOptions {
  std::string vmd;                   ///< path of walle-vmd
  std::string stdlib;                ///< folder of the tailored standard library, for hosts
  std::string profile;               ///< file of the device profile, for hosts; empty: none
  Value device = Value::object();    ///< labels, as `ctx.device`
  int64_t max_time_us = 60'000'000;  ///< the device's own limits on a run
  int64_t max_memory_bytes = 1LL << 30;
  int64_t load_time_us = 30'000'000;   ///< import of a task
  int64_t ready_time_us = 20'000'000;  ///< start of a host
  int64_t grace_us = 1'000'000;        ///< a run past its deadline by this is ended with its host
  size_t waiting_runs = 1024;          ///< for one task; what goes over it is refused or stays in the ledger
};

/// A run to be done. `events` is called when the run begins, so that waiting runs hold no contents.
struct RunRequest {
  int64_t run = 0;
  std::string task;
  std::string condition;
  int64_t time_us = 0;
  std::vector<int64_t> numbers;  ///< of its events in the log, if a condition fired it
  bool queued = false;           ///< the ledger has it
  bool repeated = false;         ///< its host died once already
  std::function<Result<std::vector<Value>>()> events;
  std::function<void(const Value& record)> done;  ///< may be empty
};

/// Keeps the task hosts, one for each scenario and one for each task with `isolation = "process"`: starts them, loads
/// tasks into them, runs, kills what does not stop, starts them again (at once, then with a growing pause while they
/// end soon after their start), ends those that nobody needs. A run of acknowledged events whose host ends under it is
/// repeated once (its rows may then be there twice, its features are not); the second end, and any end at its own
/// deadline, fails it ("host_died"). A run that fills its task's folder over `[limits] data` is stopped ("data"); a
/// folder over twice that limit is emptied before the next run. Runs of acknowledged events wait while the disk is
/// full. Loop thread only.
class Supervisor {
 public:
  Supervisor(Loop& loop, Journal& journal, Registry& registry, const Clock& clock, SupervisorOptions options);
  ~Supervisor();

  /// Errors: not_found; resource_exhausted when too many wait; failed_precondition for a task that is switched off.
  [[nodiscard]] Status submit(RunRequest request);
  /// Another version of the task is current (or none): the interpreter of the old one ends after its run.
  void changed(const std::string& task);
  /// Runs that wait or are under way.
  [[nodiscard]] size_t busy() const;
  [[nodiscard]] size_t hosts() const { return hosts_.size(); }

  /// Answers a host's `call`; which task asks is known here, not believed.
  std::function<Result<Value>(const HostCall& call)> serve;
  /// A run has ended; called before its own `done`.
  std::function<void(const Value& record)> finished;
  /// Nothing waits or runs any more.
  std::function<void()> idle;

 private:
  struct HostState;
  struct Vm;
  struct TaskState;

  void step(const std::string& task);
  Vm* make_vm(const Installed& installed);
  HostState* host_for(const Installed& installed);
  void start_host(HostState& host);
  void load(Vm& vm);
  void begin(Vm& vm, TaskState& state);
  void refuse(Vm& vm, std::string_view kind, const Error& error);
  void watch(Vm& vm, int64_t limit_us);
  void retire(Vm& vm);
  void drop_vm(int64_t id);
  void end_run(Vm& vm, Value record);
  void prepare_data(const Vm& vm);
  [[nodiscard]] bool over_data(const Vm& vm) const;
  void watch_data(Vm& vm);
  void hold_back(Vm& vm, const Error& error);
  void close_unused(const std::string& host);
  void fail_waiting(const std::string& task, const Value& error);
  void host_ended(const std::string& name, const std::string& reason);
  void received(const std::string& name, const Value& message);
  void on_call(HostState& host, Vm* vm, const Value& message);
  [[nodiscard]] std::string feature_id(Vm& vm, const std::string& method);
  void on_log(const Vm* vm, const Value& message);
  void on_result(Vm& vm, const Value& message);
  void step_all(const std::string& host);
  void report_idle();
  [[nodiscard]] Value record_of(const Vm& vm, const RunRequest& request) const;

  Loop& loop_;
  Journal& journal_;
  Registry& registry_;
  const Clock& clock_;
  SupervisorOptions options_;
  std::map<std::string, std::unique_ptr<HostState>>
      hosts_;  // "scenario:<name>", "task:<name>", "local": installed by hand
  std::map<int64_t, std::unique_ptr<Vm>> vms_;
  std::map<std::string, std::unique_ptr<TaskState>> tasks_;
  int64_t last_vm_ = 0;
  bool closing_ = false;
};

}  // namespace walle::daemon
