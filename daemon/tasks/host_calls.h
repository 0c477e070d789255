#pragma once

#include <functional>
#include <string>

#include "daemon/tasks/registry.h"
#include "libwalle/base/result.h"
#include "libwalle/base/value.h"
#include "streamd/log/event_log.h"
#include "streamd/store/store.h"
#include "streamd/tunnel/spool.h"

namespace walle::daemon {

/// What tasks ask for through their host: collective storage, the tunnel, past events. Permissions are those of the
/// manifest that walled itself has read; the host is not trusted. Loop thread only.
class HostCalls {
 public:
  HostCalls(streamd::EventLog& log, streamd::Store& store, streamd::Spool& spool)
      : log_(log), store_(store), spool_(spool) {}

  /// Errors: permission_denied, naming the line of task.toml that would allow it; unsupported for an unknown method.
  /// `feature_id`: what a feature sent by this call is called (see streamd::NewFeature::id); empty: any new name.
  [[nodiscard]] Result<Value> serve(const Installed& task, const std::string& method, const Value& arguments,
                                    const std::string& feature_id);

  /// Called after a feature was spooled.
  std::function<void()> spooled;

 private:
  [[nodiscard]] Result<Value> append(const Installed& task, const Value& arguments, const std::string& feature_id);
  [[nodiscard]] Result<Value> query(const Installed& task, const Value& arguments, const std::string& feature_id);
  [[nodiscard]] Result<Value> send(const Installed& task, const Value& arguments, const std::string& feature_id);
  [[nodiscard]] Result<Value> events(const Installed& task, const Value& arguments, const std::string& feature_id);

  streamd::EventLog& log_;
  streamd::Store& store_;
  streamd::Spool& spool_;
};

}  // namespace walle::daemon
