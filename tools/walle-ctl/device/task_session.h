#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ipc/wire/event.h"
#include "libwalle/base/result.h"
#include "libwalle/base/value.h"
#include "tools/walle-ctl/device/prepare.h"
#include "tools/walle-ctl/device/private_device.h"

namespace walle::ctl {

/// An author's task, installed on a private device.
class TaskSession {
 public:
  /// Converts, starts a device, installs. `verbose`: walled's log on stderr.
  [[nodiscard]] static Result<std::unique_ptr<TaskSession>> start(const std::string& folder, bool verbose);

  /// One run with these events, without asking the conditions; the record of Tasks.Run.
  [[nodiscard]] Result<Value> run(const std::vector<wire::Event>& events);
  /// Plays the events through the conditions; `record` gets each run's record in order.
  [[nodiscard]] Status play(const std::vector<wire::Event>& events, const std::function<void(const Value&)>& record);
  /// Lines that the task wrote since the last call, for people.
  [[nodiscard]] std::vector<std::string> log_lines();

 private:
  TaskSession(PreparedTask task, std::unique_ptr<PrivateDevice> device)
      : task_(std::move(task)), device_(std::move(device)) {}
  PreparedTask task_;
  std::unique_ptr<PrivateDevice> device_;
  int64_t log_seen_ = 0;
};

/// {"status", "result", "error", "time_us", …}: what task run prints of a record.
[[nodiscard]] Value outcome(const Value& record);
/// A failed record for people: kind, message, traceback.
[[nodiscard]] std::string failure_text(const Value& record);

}  // namespace walle::ctl
