#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "ipc/client/connection.h"
#include "libwalle/base/result.h"

namespace walle::ctl {

/// A device of one's own: a dbus-daemon, a `walled --ephemeral` and a state folder, all gone at the end of its life and
/// at the end of this process.
class PrivateDevice {
 public:
  /// `verbose`: walled's log goes to stderr, too. Errors: not_found (dbus-daemon), unavailable with walled's own words.
  [[nodiscard]] static Result<std::unique_ptr<PrivateDevice>> start(bool verbose);
  ~PrivateDevice();
  PrivateDevice(const PrivateDevice&) = delete;
  PrivateDevice& operator=(const PrivateDevice&) = delete;

  [[nodiscard]] client::Connection& connection() { return *connection_; }
  /// walled's last words, for messages when it broke.
  [[nodiscard]] std::string log() const;

 private:
  PrivateDevice() = default;
  [[nodiscard]] Status write_files() const;
  std::string folder_;
  pid_t bus_ = 0;
  pid_t walled_ = 0;
  std::unique_ptr<client::Connection> connection_;
};

}  // namespace walle::ctl
