#include <fcntl.h>

#include <algorithm>

#include "daemon/tasks/supervisor_state.h"
#include "libwalle/base/file.h"
#include "libwalle/base/parse.h"

namespace walle::daemon {
namespace {

/// The models of a task, opened here because the host has no files: descriptors and the list that names them.
Result<Value> open_models(const Installed& task, std::vector<UniqueFd>& descriptors) {
  Value models = Value::array();
  for (const auto& [name, path] : task.manifest.models) {
    const std::string file = WALLE_TRY(model_file(task.folder, path));
    UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd) return fail(system_error("open model", file));
    models.push_back({{"name", name}, {"fd", descriptors.size()}});
    descriptors.push_back(std::move(fd));
  }
  return models;
}

/// How often a running task's folder is looked at.
constexpr int64_t kDataLookUs = 250'000;
/// Until what the disk refused is tried again.
constexpr int64_t kDiskPauseUs = 1'000'000;

}  // namespace

/// A folder far over its limit is emptied, so that a task cannot grow it with each run that is stopped.
void Supervisor::prepare_data(const Vm& vm) {
  const std::string& task = vm.key.task;
  if (registry_.folders().data_bytes(task) / 2 <= vm.installed.manifest.limits.data_bytes) return;
  registry_.folders().clear_data(task);
  journal_.warning("task " + task + ": its folder held more than twice its [limits] data and was emptied");
}

bool Supervisor::over_data(const Vm& vm) const {
  return registry_.folders().data_bytes(vm.key.task) > vm.installed.manifest.limits.data_bytes;
}

void Supervisor::watch_data(Vm& vm) {
  if (!vm.active || vm.over_data || !over_data(vm)) return;
  vm.over_data = true;
  const auto host = hosts_.find(vm.host);
  if (host != hosts_.end() && host->second->host != nullptr)
    (void)host->second->host->send({{"type", "cancel"}, {"run", vm.active->run}});
}

/// The disk is full: the run waits for it, as nothing that was acknowledged may be lost.
void Supervisor::hold_back(Vm& vm, const Error& error) {
  TaskState& state = *tasks_.at(vm.key.task);
  if (vm.active) {
    state.waiting.push_front(std::move(*vm.active));
    vm.active.reset();
  }
  if (!state.retry) journal_.error("task " + vm.key.task + " waits for the disk: " + error.message);
  state.retry = loop_.after(kDiskPauseUs, [this, task = vm.key.task] { step(task); });
}

Value Supervisor::record_of(const Vm& vm, const RunRequest& request) const {
  Value record{{"run", request.run},
               {"task", vm.key.task},
               {"version", vm.key.version},
               {"counter", vm.key.counter},
               {"condition", request.condition},
               {"status", "failed"},
               {"result", nullptr},
               {"error", nullptr},
               {"started_us", vm.started_us},
               {"time_us", vm.started_monotonic_us == 0 ? 0 : clock_.monotonic_us() - vm.started_monotonic_us},
               {"memory_bytes", 0}};
  if (!request.numbers.empty()) record["events"] = request.numbers;
  return record;
}

void Supervisor::load(Vm& vm) {
  const Installed& task = vm.installed;
  std::vector<UniqueFd> descriptors;
  auto models = open_models(task, descriptors);
  auto data = registry_.folders().data(task.row.key.task);
  if (models && !data && may_pass(data.error().code)) return hold_back(vm, data.error());
  if (!models || !data) {
    const std::string message = models ? data.error().message : models.error().message;
    drop_vm(vm.id);
    return fail_waiting(task.row.key.task, run_error("load_failed", message));
  }
  const bundle::TaskManifest& manifest = task.manifest;
  Value message{{"type", "load"},
                {"vm", vm.id},
                {"task", task.row.key.task},
                {"version", task.row.key.version},
                {"files", task.folder},
                {"data", *data},
                {"entry", manifest.entry},
                {"limits",
                 {{"time_us", std::min(manifest.limits.time_us, options_.max_time_us)},
                  {"memory_bytes", std::min(manifest.limits.memory_bytes, options_.max_memory_bytes)},
                  {"data_bytes", manifest.limits.data_bytes}}},
                {"permissions", {{"tunnel", manifest.permissions.tunnel}, {"store", manifest.permissions.store}}},
                {"device", options_.device},
                {"models", *models},
                {"stdlib", options_.stdlib}};
  vm.stage = Vm::Stage::loading;
  Host& host = *hosts_.at(vm.host)->host;
  if (!host.send(std::move(message), std::move(descriptors))) return host.kill();
  vm.deadline = loop_.after(options_.load_time_us + options_.grace_us, [this, name = vm.host] {
    const auto late = hosts_.find(name);
    if (late != hosts_.end() && late->second->host) late->second->host->kill();
  });
}

void Supervisor::begin(Vm& vm, TaskState& state) {
  vm.active = std::move(state.waiting.front());
  state.waiting.pop_front();
  vm.started_us = clock_.wall_us();
  vm.features = 0;
  vm.over_data = false;
  vm.started_monotonic_us = clock_.monotonic_us();
  const RunRequest& request = *vm.active;
  auto events = request.events();
  Status begun =
      events ? (request.queued ? registry_.ledger().begin_run(request.run) : Status()) : fail(events.error());
  if (events && !begun && may_pass(begun.error().code)) return hold_back(vm, begun.error());
  if (!begun) return refuse(vm, "events_lost", begun.error());
  state.retry.reset();
  prepare_data(vm);
  const int64_t limit_us = std::min(vm.installed.manifest.limits.time_us, options_.max_time_us);
  Value message{{"type", "run"},
                {"run", request.run},
                {"vm", vm.id},
                {"event",
                 {{"task", vm.key.task},
                  {"condition", request.condition},
                  {"events", std::move(*events)},
                  {"time_us", request.time_us}}},
                {"deadline_us", vm.started_monotonic_us + limit_us}};
  Host& host = *hosts_.at(vm.host)->host;
  if (const auto sent = host.send(std::move(message)); !sent) {
    if (sent.error().code != ErrorCode::unavailable) return refuse(vm, "too_large", sent.error());
    // It has not begun: it waits for the next host.
    state.waiting.push_front(std::move(*vm.active));
    vm.active.reset();
    return host.kill();
  }
  watch(vm, limit_us);
}

void Supervisor::refuse(Vm& vm, std::string_view kind, const Error& error) {
  Value record = record_of(vm, *vm.active);
  record["error"] = run_error(kind, error.message);
  end_run(vm, std::move(record));
}

/// Kills the host of a run that does not stop, and looks after what the run writes.
void Supervisor::watch(Vm& vm, int64_t limit_us) {
  vm.deadline = loop_.after(limit_us + options_.grace_us, [this, name = vm.host] {
    const auto late = hosts_.find(name);
    if (late != hosts_.end() && late->second->host) late->second->host->kill();
  });
  vm.data_watch = loop_.after(
      kDataLookUs,
      [this, id = vm.id] {
        if (const auto known = vms_.find(id); known != vms_.end()) watch_data(*known->second);
      },
      kDataLookUs);
}

void Supervisor::end_run(Vm& vm, Value record) {
  const RunRequest request = std::move(*vm.active);
  vm.active.reset();
  vm.deadline.reset();
  vm.data_watch.reset();
  const std::string task = request.task;
  if (auto kept = registry_.finish_run(record); !kept) journal_.error("run record: " + kept.error().message);
  if (finished) finished(record);
  if (request.done) request.done(record);
  if (vm.retiring) retire(vm);
  // Not from here: this may be inside a loop over interpreters.
  loop_.post([this, task] {
    step(task);
    report_idle();
  });
}

void Supervisor::received(const std::string& name, const Value& message) {
  const auto found = hosts_.find(name);
  const auto type = get_string(message, "type");
  if (closing_ || found == hosts_.end() || !type) return;
  HostState& host = *found->second;
  if (*type == "ready") {
    host.ready = true;
    host.restarts.ready(clock_.monotonic_us());
    host.timer.reset();
    return step_all(name);
  }
  const auto id = get_int_or(message, "vm", 0);
  const auto vm = id ? vms_.find(*id) : vms_.end();
  Vm* known = vm != vms_.end() && vm->second->host == name ? vm->second.get() : nullptr;
  if (*type == "call") return on_call(host, known, message);
  if (*type == "log") return on_log(known, message);
  if (*type == "result") {
    const auto run = get_int_or(message, "run", 0);
    for (const auto& [number, each] : vms_)
      if (run && each->host == name && each->active && each->active->run == *run) return on_result(*each, message);
    return;
  }
  if (known == nullptr) return;
  const std::string task = known->key.task;
  if (*type == "loaded" && known->stage == Vm::Stage::loading) {
    known->stage = Vm::Stage::loaded;
    known->deadline.reset();
    if (known->retiring) return retire(*known);
    return step(task);
  }
  if (*type == "load_failed" && known->stage == Vm::Stage::loading) {
    const auto error = message.find("error");
    const Value reason =
        error != message.end() && error->is_object() ? *error : run_error("load_failed", "the task cannot be loaded");
    const bool current = !known->retiring;
    drop_vm(known->id);
    return current ? fail_waiting(task, reason) : step(task);
  }
  if (*type == "unloaded") drop_vm(known->id);
}

void Supervisor::on_result(Vm& vm, const Value& message) {
  Value record = record_of(vm, *vm.active);
  vm.over_data = vm.over_data || over_data(vm);
  const bool ok = get_string_or(message, "status", "").value_or("") == "ok" && !vm.over_data;
  record["status"] = ok ? "ok" : "failed";
  if (ok && message.contains("value")) record["result"] = message["value"];
  if (vm.over_data)
    record["error"] = run_error("data", "the task's folder holds more than its [limits] data of " +
                                            format_bytes(vm.installed.manifest.limits.data_bytes) +
                                            "; remove files that are no longer needed, or raise the limit");
  else if (!ok)
    record["error"] = message.contains("error") && message["error"].is_object()
                          ? message["error"]
                          : run_error("internal", "the task host gave no reason");
  record["time_us"] = get_int_or(message, "time_us", 0).value_or(0);
  record["memory_bytes"] = get_int_or(message, "memory_bytes", 0).value_or(0);
  if (!ok)
    journal_.add({.level = Level::warning,
                  .task = vm.key.task,
                  .version = vm.key.version,
                  .run = vm.active->run,
                  .text = "failed: " + get_string_or(record["error"], "kind", "").value_or("") + ": " +
                          get_string_or(record["error"], "message", "").value_or("")});
  end_run(vm, std::move(record));
}

void Supervisor::on_call(HostState& host, Vm* vm, const Value& message) {
  Value reply{{"type", "reply"}, {"call", get_int_or(message, "call", 0).value_or(0)}};
  const auto method = get_string(message, "method");
  const auto arguments = message.find("arguments");
  const Value none = Value::object();
  Result<Value> answer = fail(ErrorCode::permission_denied, "no such interpreter");
  if (vm != nullptr && method && serve)
    answer = serve({.task = vm->installed,
                    .method = *method,
                    .arguments = arguments == message.end() ? none : *arguments,
                    .feature_id = feature_id(*vm, *method)});
  if (answer) {
    reply["value"] = std::move(*answer);
  } else {
    reply["error"] = {{"code", name_of(answer.error().code)}, {"message", answer.error().message}};
  }
  if (host.host != nullptr && !host.host->send(std::move(reply))) host.host->kill();
}

/// The same name for the n-th feature of a run however often the run is repeated, also after a restart of walled.
std::string Supervisor::feature_id(Vm& vm, const std::string& method) {
  if (method != "tunnel.send" || !vm.active || !vm.active->queued) return "";
  return "run-" + std::to_string(vm.active->time_us) + "-" + std::to_string(vm.active->run) + "-" +
         std::to_string(vm.features++);
}

void Supervisor::on_log(const Vm* vm, const Value& message) {
  Line line{.level = level_from(get_string_or(message, "level", "").value_or("")),
            .run = get_int_or(message, "run", 0).value_or(0),
            .text = get_string_or(message, "text", "").value_or("")};
  if (vm != nullptr) {
    line.task = vm->key.task;
    line.version = vm->key.version;
  }
  if (message.contains("fields")) line.fields = message["fields"];
  journal_.add(std::move(line));
}

}  // namespace walle::daemon
