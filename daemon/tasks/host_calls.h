#pragma once

#include <functional>
#include <string>

#include "daemon/tasks/host_call.h"
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
  [[nodiscard]] Result<Value> serve(const HostCall& call);

  /// Called after a feature was spooled.
  std::function<void()> spooled;

 private:
  [[nodiscard]] Result<Value> append(const HostCall& call);
  [[nodiscard]] Result<Value> query(const HostCall& call);
  [[nodiscard]] Result<Value> send(const HostCall& call);
  [[nodiscard]] Result<Value> events(const HostCall& call);

  streamd::EventLog& log_;
  streamd::Store& store_;
  streamd::Spool& spool_;
};

}  // namespace walle::daemon
