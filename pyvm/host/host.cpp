#include "pyvm/host/host.h"

#include <unistd.h>

#include "pyvm/host/load_message.h"
#include "pyvm/host/sandbox.h"
#include "pyvm/interp/runtime.h"
#include "pyvm/interp/watchdog.h"

namespace walle::pyvm {
namespace {
/// Models are prepared while the entry is imported, so an import gets at least this long.
constexpr int64_t kImportUs = 30'000'000;
constexpr size_t kMostVms = 64;

Value result_message(int64_t run, Outcome outcome) {
  Value message{{"type", "result"},
                {"run", run},
                {"status", outcome.error ? "failed" : "ok"},
                {"time_us", outcome.time_us},
                {"memory_bytes", outcome.memory_bytes}};
  if (outcome.error) {
    message["error"] = to_value(*outcome.error);
  } else {
    message["value"] = std::move(outcome.value);
  }
  return message;
}

// Whoever waits for this process learns of its end by the hang-up; nothing in it needs to be tidied up first.
[[noreturn]] void leave() { _exit(0); }
}  // namespace

Host::Host(channel::Channel channel, size_t warm)
    : channel_(std::move(channel)), outbox_(channel_, leave), calls_(outbox_), pool_(warm) {}

Host::~Host() = default;

void Host::serve() {
  pool_.wait_until_warm();
  outbox_.send(Value{{"type", "ready"}, {"pid", getpid()}, {"landlock", landlock_version()}});
  for (;;) {
    auto message = channel_.receive();
    if (message && !*message) leave();
    if (message) {
      handle(std::move(**message));
    } else if (message.error().code == ErrorCode::unavailable) {
      leave();
    } else {
      warn("message ignored: " + message.error().message);
    }
  }
}

void Host::handle(channel::Message message) {
  drop_failed();
  const auto type = get_string(message.body, "type");
  Status done = fail(ErrorCode::unsupported, "unknown message type" + (type ? " '" + *type + "'" : std::string()));
  if (!type) return warn(done.error().message);
  if (*type == "load") done = load(message);
  if (*type == "run") done = run(message.body);
  if (*type == "cancel") done = cancel(message.body);
  if (*type == "unload") done = unload(message.body);
  if (*type == "reply") {
    calls_.reply(message.body);
    done = {};
  }
  if (*type == "threads") {
    const auto count = get_int(message.body, "count");
    if (count) threads_ = static_cast<int>(std::clamp<int64_t>(*count, 1, 64));
    done = {};
  }
  if (!done) warn(*type + ": " + done.error().message);
}

Status Host::load(channel::Message& message) {
  LoadMessage wanted = WALLE_TRY(read_load_message(message.body, message.descriptors));
  if (vms_.contains(wanted.vm)) return fail(ErrorCode::already_exists, "VM " + std::to_string(wanted.vm) + " exists");
  auto refuse = [&](const std::string& why) -> Status {
    outbox_.send(Value{{"type", "load_failed"}, {"vm", wanted.vm}, {"error", to_value({"exception", why, ""})}});
    return {};
  };
  if (vms_.size() >= kMostVms) return refuse("this host has 64 tasks already");
  auto interpreter = pool_.take();
  if (!interpreter) return refuse(interpreter.error().message);
  Vm vm;
  vm.interpreter = std::move(*interpreter);
  vm.models = std::move(message.descriptors);
  vm.services = std::make_shared<VmServices>(wanted.vm, outbox_, calls_, threads_, wanted.models);
  wanted.options.services = vm.services;
  wanted.options.deadline_us = now_us() + std::max(kImportUs, wanted.time_us);
  Confinement confinement{.read_only = {Runtime::stdlib(), wanted.options.files},
                          .read_write = {wanted.options.data},
                          .working_folder = wanted.options.data};
  for (const auto& [name, fd] : wanted.models) confinement.keep_descriptors.push_back(fd);
  wanted.options.confine = [confinement] { return confine_thread(confinement); };
  auto done = [this, id = wanted.vm, failed = vm.failed](const Outcome& outcome) {
    if (outcome.error) {
      *failed = true;
      outbox_.send(Value{{"type", "load_failed"}, {"vm", id}, {"error", to_value(*outcome.error)}});
    } else {
      outbox_.send(Value{{"type", "loaded"}, {"vm", id}, {"time_us", outcome.time_us}});
    }
  };
  vm.interpreter->load(std::move(wanted.options), std::move(done));
  vms_.emplace(wanted.vm, std::move(vm));
  return {};
}

Status Host::run(const Value& message) {
  const int64_t run = WALLE_TRY(get_int(message, "run"));
  const int64_t id = WALLE_TRY(get_int(message, "vm"));
  const int64_t deadline = WALLE_TRY(get_int(message, "deadline_us"));
  const Value* event = WALLE_TRY(get_map(message, "event"));
  const auto at = vms_.find(id);
  if (at == vms_.end()) {
    Outcome none;
    none.error = TaskError{"exception", "VM " + std::to_string(id) + " is not loaded in this host", ""};
    outbox_.send(result_message(run, std::move(none)));
    return {};
  }
  auto services = at->second.services;
  services->queued(run);
  at->second.interpreter->run(
      *event, deadline,
      [this, run, services](Outcome outcome) {
        services->end(run);
        outbox_.send(result_message(run, std::move(outcome)));
      },
      [run, services] { return services->begin(run); });
  return {};
}

Status Host::cancel(const Value& message) {
  const int64_t run = WALLE_TRY(get_int(message, "run"));
  for (auto& [id, vm] : vms_) {
    if (vm.services->cancel(run, *vm.interpreter)) break;
  }
  return {};
}

Status Host::unload(const Value& message) {
  const int64_t id = WALLE_TRY(get_int(message, "vm"));
  const auto at = vms_.find(id);
  if (at == vms_.end()) {
    outbox_.send(Value{{"type", "unloaded"}, {"vm", id}});
    return {};
  }
  retire(id, std::move(at->second.interpreter), true);
  vms_.erase(at);
  return {};
}

void Host::drop_failed() {
  for (auto at = vms_.begin(); at != vms_.end();) {
    if (*at->second.failed) {
      retire(at->first, std::move(at->second.interpreter), false);
      at = vms_.erase(at);
    } else {
      ++at;
    }
  }
}

// On a thread of its own: a task that cannot be stopped must not hold up the other tasks of the host.
void Host::retire(int64_t vm, std::unique_ptr<Interpreter> interpreter, bool answer) {
  std::thread([this, vm, answer, interpreter = std::move(interpreter)]() mutable {
    interpreter.reset();
    if (answer) outbox_.send(Value{{"type", "unloaded"}, {"vm", vm}});
  }).detach();
}

void Host::warn(const std::string& text) {
  outbox_.send_log(
      Value{{"type", "log"}, {"vm", 0}, {"run", 0}, {"level", "warning"}, {"text", text}, {"fields", Value::object()}});
}

}  // namespace walle::pyvm
