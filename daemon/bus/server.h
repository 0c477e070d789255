#pragma once

#include <functional>
#include <memory>
#include <string>

#include "daemon/bus/service.h"
#include "daemon/loop/bus_pump.h"
#include "daemon/loop/loop.h"
#include "libwalle/base/result.h"

namespace walle::daemon::bus {

/// walled's place on the bus: the name, the objects, the signals.
class Server {
 public:
  /// `address`: "system", "session" or a D-Bus address. `lost` is called when the bus broke off.
  /// Errors: unavailable; already_exists when another walled owns the name.
  [[nodiscard]] static Result<std::unique_ptr<Server>> open(const std::string& address, Service& service,
                                                            std::function<void()> lost);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void run_finished(const Value& record);
  void task_changed(const std::string& task, const Installed* installed);
  void link_changed(const std::string& state, const std::string& detail);

 private:
  Server() = default;
  struct Closer {
    void operator()(sd_bus* bus) const;
  };
  std::unique_ptr<sd_bus, Closer> bus_;
  std::unique_ptr<BusPump> pump_;
};

}  // namespace walle::daemon::bus
