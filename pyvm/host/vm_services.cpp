#include "pyvm/host/vm_services.h"

#include "pyvm/interp/interpreter.h"

namespace walle::pyvm {
namespace {
constexpr int64_t kLinesPerRun = 1000;
constexpr size_t kTextBytes = 16U << 10;
}  // namespace

Result<Value> VmServices::call(std::string_view method, Value arguments, const std::function<bool()>& stopped) {
  int64_t run = 0;
  {
    const std::lock_guard lock(mutex_);
    run = current_;
  }
  return calls_.call(vm_, run, method, std::move(arguments), stopped);
}

void VmServices::log(LogLevel level, std::string_view text, Value fields) {
  int64_t run = 0;
  {
    const std::lock_guard lock(mutex_);
    run = current_;
    if (++lines_ > kLinesPerRun + 1) return;
    if (lines_ > kLinesPerRun) {
      level = LogLevel::warning;
      text = "this run has written 1000 lines; the rest is left out";
      fields = Value::object();
    }
  }
  outbox_.send_log(Value{{"type", "log"},
                         {"vm", vm_},
                         {"run", run},
                         {"level", name_of(level)},
                         {"text", std::string(text.substr(0, kTextBytes))},
                         {"fields", std::move(fields)}});
}

Result<int> VmServices::model(const std::string& name) {
  const auto at = models_.find(name);
  if (at != models_.end()) return at->second;
  std::string known;
  for (const auto& [model, fd] : models_) known += (known.empty() ? "" : ", ") + model;
  return fail(ErrorCode::not_found, "no model '" + name + "' in task.toml, [models]; there are: " +
                                        (known.empty() ? std::string("none") : known));
}

void VmServices::queued(int64_t run) {
  const std::lock_guard lock(mutex_);
  waiting_.insert(run);
}

bool VmServices::begin(int64_t run) {
  const std::lock_guard lock(mutex_);
  waiting_.erase(run);
  current_ = run;
  lines_ = 0;
  return cancelled_.erase(run) == 0;
}

void VmServices::end(int64_t run) {
  const std::lock_guard lock(mutex_);
  if (current_ == run) current_ = 0;
}

bool VmServices::cancel(int64_t run, Interpreter& interpreter) {
  const std::lock_guard lock(mutex_);
  if (current_ == run) {
    interpreter.cancel();
    return true;
  }
  if (!waiting_.contains(run)) return false;
  cancelled_.insert(run);
  return true;
}

}  // namespace walle::pyvm
