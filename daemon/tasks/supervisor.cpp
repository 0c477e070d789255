#include "daemon/tasks/supervisor.h"

#include <fcntl.h>

#include <algorithm>

#include "daemon/tasks/host_name.h"
#include "daemon/tasks/supervisor_state.h"
#include "libwalle/base/file.h"
#include "libwalle/base/parse.h"

namespace walle::daemon {
Supervisor::Supervisor(Loop& loop, Journal& journal, Registry& registry, const Clock& clock, SupervisorOptions options)
    : loop_(loop), journal_(journal), registry_(registry), clock_(clock), options_(std::move(options)) {}

Supervisor::~Supervisor() { closing_ = true; }

Status Supervisor::submit(RunRequest request) {
  const Installed* installed = registry_.find(request.task);
  if (installed == nullptr)
    return fail(ErrorCode::not_found, "no task '" + request.task + "' is installed; see walle-ctl task list");
  if (!installed->enabled())
    return fail(ErrorCode::failed_precondition, "task '" + request.task + "' is switched off: version " +
                                                    installed->row.key.version + " failed (" + installed->row.reason +
                                                    ")");
  auto& state = tasks_[request.task];
  if (state == nullptr) state = std::make_unique<TaskState>();
  if (state->waiting.size() >= options_.waiting_runs)
    return fail(ErrorCode::resource_exhausted, std::to_string(state->waiting.size()) + " runs of task '" +
                                                   request.task + "' wait already; try again later");
  const std::string task = request.task;
  state->waiting.push_back(std::move(request));
  step(task);
  return {};
}

size_t Supervisor::busy() const {
  size_t count = 0;
  for (const auto& [name, state] : tasks_) count += state->waiting.size();
  for (const auto& [id, vm] : vms_) count += vm->active ? 1 : 0;
  return count;
}

void Supervisor::changed(const std::string& task) {
  const auto state = tasks_.find(task);
  if (state == tasks_.end()) return;
  const Installed* installed = registry_.find(task);
  const auto vm = vms_.find(state->second->vm);
  if (vm != vms_.end() && (installed == nullptr || !installed->enabled() || installed->row.key != vm->second->key ||
                           installed->row.installed_us != vm->second->installed.row.installed_us)) {
    state->second->vm = 0;
    retire(*vm->second);
  }
  if (installed == nullptr || !installed->enabled())
    fail_waiting(task, run_error("removed", "the task was removed or switched off before the run began"));
  step(task);
}

/// Brings a task one step nearer to its next run.
void Supervisor::step(const std::string& task) {
  const auto found = tasks_.find(task);
  if (closing_ || found == tasks_.end() || found->second->waiting.empty()) return;
  TaskState& state = *found->second;
  const Installed* installed = registry_.find(task);
  if (installed == nullptr || !installed->enabled()) return;
  const auto existing = vms_.find(state.vm);
  Vm* vm = existing == vms_.end() ? make_vm(*installed) : existing->second.get();
  state.vm = vm->id;
  if (vm->active) return;
  HostState* host = host_for(*installed);
  if (host->host == nullptr && !host->timer) return start_host(*host);
  if (!host->ready) return;
  if (vm->stage == Vm::Stage::unloaded) return load(*vm);
  if (vm->stage == Vm::Stage::loaded) begin(*vm, state);
}

Supervisor::Vm* Supervisor::make_vm(const Installed& installed) {
  auto vm = std::make_unique<Vm>();
  vm->id = ++last_vm_;
  vm->key = installed.row.key;
  vm->installed = installed;
  vm->host = host_for(installed)->name;
  Vm* raw = vm.get();
  vms_.emplace(raw->id, std::move(vm));
  return raw;
}

Supervisor::HostState* Supervisor::host_for(const Installed& installed) {
  const std::string name = host_name(installed);
  auto& host = hosts_[name];
  if (host == nullptr) {
    host = std::make_unique<HostState>();
    host->name = name;
  }
  return host.get();
}

void Supervisor::start_host(HostState& host) {
  host.ready = false;
  std::vector<std::string> command{options_.vmd};
  if (!options_.stdlib.empty()) command.insert(command.end(), {"--stdlib", options_.stdlib});
  if (!options_.profile.empty()) command.insert(command.end(), {"--profile", options_.profile});
  auto started = Host::start(loop_, std::move(command),
                             {.received = [this, name = host.name](const Value& m) { received(name, m); },
                              .ended =
                                  [this, name = host.name](const std::string& reason) {
                                    // Later, because the Host calls this from its own member function.
                                    loop_.post([this, name, reason] { host_ended(name, reason); });
                                  }});
  if (!started) {
    loop_.post([this, name = host.name, reason = started.error().message] { host_ended(name, reason); });
    host.timer = loop_.after(Restarts::kLongestPauseUs, [] {});
    return;
  }
  host.host = std::move(*started);
  host.timer = loop_.after(options_.ready_time_us, [this, name = host.name] {
    const auto late = hosts_.find(name);
    if (late != hosts_.end() && !late->second->ready && late->second->host) late->second->host->kill();
  });
}

/// Fails what ran in the host, forgets its interpreters and starts it again when somebody needs it.
void Supervisor::host_ended(const std::string& name, const std::string& reason) {
  const auto found = hosts_.find(name);
  if (closing_ || found == hosts_.end()) return;
  HostState& host = *found->second;
  journal_.warning("task host '" + name + "' " + reason);
  const int64_t pause_us = host.restarts.ended(clock_.monotonic_us());
  host.ready = false;
  host.host.reset();
  std::vector<int64_t> gone;
  for (const auto& [id, vm] : vms_)
    if (vm->host == name) gone.push_back(id);
  for (const int64_t id : gone) {
    Vm& vm = *vms_.at(id);
    const bool late = clock_.monotonic_us() - vm.started_monotonic_us >= vm.installed.manifest.limits.time_us;
    if (vm.active && vm.active->queued && !vm.active->repeated && !late) {
      vm.active->repeated = true;
      tasks_.at(vm.key.task)->waiting.push_front(std::move(*vm.active));
      vm.active.reset();
    }
    if (vm.active) {
      Value record = record_of(vm, *vm.active);
      record["status"] = "failed";
      record["error"] = run_error(
          "host_died", late ? "the run did not stop at its deadline; its host was killed" : "the task host " + reason);
      end_run(vm, std::move(record));
    }
    drop_vm(id);
  }
  if (host.restarts.hopeless())
    for (const auto& [task, state] : tasks_) {
      const Installed* installed = registry_.find(task);
      if (installed != nullptr && host_name(*installed) == name)
        fail_waiting(task, run_error("host_failed", "the task host does not start: " + reason));
    }
  host.timer = loop_.after(pause_us, [this, name] {
    const auto again = hosts_.find(name);
    if (again == hosts_.end()) return;
    again->second->timer.reset();
    step_all(name);
    close_unused(name);
  });
}

/// Ends a host without interpreters that no installed task belongs to.
void Supervisor::close_unused(const std::string& host) {
  for (const auto& [id, vm] : vms_)
    if (vm->host == host) return;
  for (const auto& [task, installed] : registry_.tasks())
    if (host_name(installed) == host) return;
  hosts_.erase(host);
}

void Supervisor::step_all(const std::string& host) {
  std::vector<std::string> names;
  for (const auto& [task, state] : tasks_) names.push_back(task);
  for (const std::string& task : names) {
    const Installed* installed = registry_.find(task);
    if (installed != nullptr && host_name(*installed) == host) step(task);
  }
}

void Supervisor::retire(Vm& vm) {
  vm.retiring = true;
  if (vm.active) return;
  const auto host = hosts_.find(vm.host);
  const bool known = vm.stage != Vm::Stage::unloaded && host != hosts_.end() && host->second->host != nullptr;
  if (known && host->second->host->send({{"type", "unload"}, {"vm", vm.id}})) {
    vm.stage = Vm::Stage::unloading;
    return;
  }
  drop_vm(vm.id);
}

void Supervisor::drop_vm(int64_t id) {
  const auto vm = vms_.find(id);
  if (vm == vms_.end()) return;
  const auto task = tasks_.find(vm->second->key.task);
  if (task != tasks_.end() && task->second->vm == id) task->second->vm = 0;
  const std::string host = vm->second->host;
  vms_.erase(vm);
  // Later, because this may be called by the host itself.
  loop_.post([this, host] {
    if (!closing_) close_unused(host);
  });
}

void Supervisor::fail_waiting(const std::string& task, const Value& error) {
  const auto found = tasks_.find(task);
  if (found == tasks_.end()) return;
  std::deque<RunRequest> waiting;
  waiting.swap(found->second->waiting);
  const Installed* installed = registry_.find(task);
  for (RunRequest& request : waiting) {
    Vm none;
    none.key = installed != nullptr ? installed->row.key : VersionKey{task, "", 0};
    none.started_us = clock_.wall_us();
    Value record = record_of(none, request);
    record["status"] = "failed";
    record["error"] = error;
    none.active = std::move(request);
    end_run(none, std::move(record));
  }
}

void Supervisor::report_idle() {
  if (idle && busy() == 0) idle();
}

}  // namespace walle::daemon
