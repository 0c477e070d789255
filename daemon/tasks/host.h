#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/loop/channel_port.h"
#include "daemon/loop/loop.h"
#include "libwalle/base/result.h"

namespace walle::daemon {

/// One walle-vmd process and the channel to it (ipc/host/README.md). Loop thread only.
class Host {
 public:
  struct Callbacks {
    std::function<void(Value)> received;            ///< a message of the host
    std::function<void(std::string reason)> ended;  ///< once, when the process ended or hung up
  };
  /// Starts `command` (a program and its arguments) with the channel as descriptor 3, no other descriptors but stderr,
  /// and an empty environment. Errors: not_found, unavailable.
  [[nodiscard]] static Result<std::unique_ptr<Host>> start(Loop& loop, std::vector<std::string> command,
                                                           Callbacks callbacks);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  [[nodiscard]] Status send(Value body, std::vector<UniqueFd> descriptors = {});
  void kill();
  [[nodiscard]] int pid() const;

 private:
  struct Process;
  Host() = default;
  void end(const std::string& reason);

  Callbacks callbacks_;
  std::unique_ptr<ChannelPort> port_;
  Process* process_ = nullptr;
  bool ended_ = false;
};

}  // namespace walle::daemon
