#include "tools/walle-ctl/device/task_session.h"

#include <fcntl.h>

#include "ipc/channel/channel.h"
#include "ipc/client/manager.h"
#include "ipc/client/stream.h"
#include "ipc/client/tasks.h"
#include "libwalle/base/file.h"
#include "tools/walle-ctl/device/device.h"

namespace walle::ctl {
namespace {
/// The task's own deadline ends a run; this only ends a wait for a walled that is broken.
constexpr int64_t kRunTimeoutUs = 3'600'000'000;
}  // namespace

Result<std::unique_ptr<TaskSession>> TaskSession::start(const std::string& folder, bool verbose) {
  PreparedTask task = WALLE_TRY(PreparedTask::make(folder));
  auto device = WALLE_TRY(PrivateDevice::start(verbose));
  std::unique_ptr<TaskSession> session(new TaskSession(std::move(task), std::move(device)));
  UniqueFd fd(::open(session->task_.folder().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return fail(system_error("open", folder));
  client::Tasks tasks(session->device_->connection());
  WALLE_TRY(tasks.install(std::move(fd), Value::object()));
  return session;
}

Result<Value> TaskSession::run(const std::vector<wire::Event>& events) {
  client::Tasks tasks(device_->connection());
  auto record = tasks.run(task_.manifest().name, event_values(events), Value::object(), kRunTimeoutUs);
  if (!record && record.error().code == ErrorCode::unavailable)
    return fail(record.error().with("walled broke off: " + device_->log()));
  return record;
}

Status TaskSession::play(const std::vector<wire::Event>& events, const std::function<void(const Value&)>& record) {
  client::Stream stream(device_->connection());
  client::Tasks tasks(device_->connection());
  channel::Channel tail(WALLE_TRY(stream.tail({{"events", false}, {"runs", true}})));
  WALLE_TRY(send_events(device_->connection(), events));
  for (;;) {
    const auto drained = tasks.drain({{"timeout_us", 200'000}});
    if (!drained && drained.error().code != ErrorCode::deadline_exceeded) return drained;
    for (;;) {
      auto message = tail.receive(0);
      if (!message && message.error().code == ErrorCode::deadline_exceeded) break;
      if (!message) return fail(message.error());
      if (!*message) return fail(ErrorCode::unavailable, "walled ended: " + device_->log());
      if ((*message)->body.contains("record")) record((*message)->body["record"]);
    }
    if (drained) return {};
  }
}

std::vector<std::string> TaskSession::log_lines() {
  client::Manager manager(device_->connection());
  const auto lines = manager.get_log({{"task", task_.manifest().name}, {"after", log_seen_}, {"limit", 1000}});
  std::vector<std::string> texts;
  if (!lines) return texts;
  for (const Value& line : *lines) {
    log_seen_ = std::max(log_seen_, get_int_or(line, "number", 0).value_or(0));
    std::string text =
        get_string_or(line, "level", "").value_or("") + ": " + get_string_or(line, "text", "").value_or("");
    if (line.contains("fields") && !line["fields"].empty()) text += " " + to_json(line["fields"]);
    texts.push_back(std::move(text));
  }
  return texts;
}

Value outcome(const Value& record) {
  Value shown = Value::object();
  for (const char* key : {"status", "result", "error", "time_us", "condition", "run", "memory_bytes"})
    if (record.contains(key)) shown[key] = record[key];
  return shown;
}

std::string failure_text(const Value& record) {
  const Value error = record.contains("error") && record["error"].is_object() ? record["error"] : Value::object();
  std::string text = get_string_or(error, "traceback", "").value_or("");
  if (!text.empty() && text.back() != '\n') text += '\n';
  return text + get_string_or(error, "kind", "failed").value_or("failed") + ": " +
         get_string_or(error, "message", "").value_or("");
}

}  // namespace walle::ctl
