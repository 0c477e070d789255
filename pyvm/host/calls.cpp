#include "pyvm/host/calls.h"

namespace walle::pyvm {
namespace {
Result<Value> answer_of(const Value& message) {
  const auto error = message.find("error");
  if (error == message.end() || error->is_null()) return message.contains("value") ? message["value"] : Value();
  const auto code = get_string_or(*error, "code", "internal");
  const auto text = get_string_or(*error, "message", "walled gave no reason");
  return fail(error_code_from(code ? *code : "internal"), text ? *text : "walled gave no reason");
}
}  // namespace

Result<Value> Calls::call(int64_t vm, int64_t run, std::string_view method, Value arguments,
                          const std::function<bool()>& stopped) {
  std::unique_lock lock(mutex_);
  const int64_t number = next_++;
  waiting_[number] = std::nullopt;
  lock.unlock();
  outbox_.send(Value{{"type", "call"},
                     {"call", number},
                     {"vm", vm},
                     {"run", run},
                     {"method", method},
                     {"arguments", std::move(arguments)}});
  lock.lock();
  while (!waiting_[number] && !stopped()) changed_.wait_for(lock, std::chrono::milliseconds(10));
  std::optional<Result<Value>> answer = std::move(waiting_[number]);
  waiting_.erase(number);
  if (answer) return std::move(*answer);
  return fail(ErrorCode::cancelled, "the run was stopped while it waited for " + std::string(method));
}

void Calls::reply(const Value& message) {
  const auto number = get_int(message, "call");
  if (!number) return;
  Result<Value> answer = answer_of(message);
  {
    const std::lock_guard lock(mutex_);
    const auto at = waiting_.find(*number);
    if (at == waiting_.end()) return;
    at->second = std::move(answer);
  }
  changed_.notify_all();
}

}  // namespace walle::pyvm
