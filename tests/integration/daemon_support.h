#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "ipc/client/connection.h"
#include "libwalle/base/value.h"

namespace walle::daemon_test {

/// A private dbus-daemon and a walled on it, with a state folder that outlives walled's deaths.
class Device {
 public:
  Device();
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  void start();
  /// kill -9, and no goodbye.
  void kill();
  /// SIGTERM; the exit code.
  int stop();
  /// Runs walled with these arguments to its end; exit code and what it said.
  std::pair<int, std::string> walled(const std::vector<std::string>& arguments);

  [[nodiscard]] client::Connection& bus() { return *connection_; }
  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] std::string address() const { return "unix:path=" + folder_ + "/bus"; }
  [[nodiscard]] pid_t pid() const { return walled_; }
  /// Process ids of walled's children.
  [[nodiscard]] std::vector<pid_t> hosts() const;
  [[nodiscard]] std::string log() const;
  /// Appended to the configuration; before `start`.
  std::string config;

 private:
  std::string folder_;
  pid_t bus_ = 0;
  pid_t walled_ = 0;
  std::unique_ptr<client::Connection> connection_;
};

/// The folder of a task: main.py and the rest of task.toml behind name and version.
std::string write_task(const std::string& folder, const std::string& name, const std::string& version,
                       const std::string& toml, const std::string& code);
/// Installs a folder; yields what Tasks.Install answers.
Result<Value> install(Device& device, const std::string& folder, Value options = Value::object());
/// Waits until nothing is left to do.
Status drain(Device& device);
Value event(const std::string& id, const std::string& page = "", Value contents = Value::object());

}  // namespace walle::daemon_test
