#pragma once

#include "daemon/tasks/restarts.h"
#include "daemon/tasks/supervisor.h"

/// Supervisor's private structures, shared by its source files.
namespace walle::daemon {

struct Supervisor::HostState {
  std::string name;
  std::unique_ptr<Host> host;
  bool ready = false;
  Restarts restarts;
  Registration timer;  ///< start deadline, or the pause before the next start
};

/// An interpreter with one version of a task in it.
struct Supervisor::Vm {
  enum class Stage : uint8_t { unloaded, loading, loaded, unloading };
  int64_t id = 0;
  VersionKey key;
  std::string host;
  Installed installed;  ///< as it was when the interpreter was made
  Stage stage = Stage::unloaded;
  bool retiring = false;
  std::optional<RunRequest> active;
  int64_t started_us = 0;
  int64_t features = 0;  ///< sent by the active run
  int64_t started_monotonic_us = 0;
  Registration deadline;
  Registration data_watch;
  bool over_data = false;  ///< the active run has filled the task's folder over its limit
};

struct Supervisor::TaskState {
  std::deque<RunRequest> waiting;
  int64_t vm = 0;      ///< of the current version, or 0
  Registration retry;  ///< after the disk refused what a run needs
};

[[nodiscard]] inline Value run_error(std::string_view kind, std::string_view message) {
  return {{"kind", kind}, {"message", message}, {"traceback", ""}};
}

}  // namespace walle::daemon
