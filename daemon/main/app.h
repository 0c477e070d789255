#pragma once

#include <memory>

#include "daemon/bus/server.h"
#include "daemon/bus/service.h"
#include "daemon/loop/journal.h"
#include "daemon/loop/loop.h"
#include "daemon/main/config.h"
#include "daemon/tasks/host_calls.h"
#include "libwalle/base/result.h"
#include "libwalle/base/unique_fd.h"

namespace walle::daemon {

/// walled: its parts, wired together. The order of members is the order of construction, and backwards of destruction.
class App {
 public:
  [[nodiscard]] static Result<std::unique_ptr<App>> create(Config config, Journal& journal);
  ~App();

  /// Serves until SIGTERM or SIGINT, or until the bus is lost (then an error).
  [[nodiscard]] Status run(std::function<Result<Config>()> reload);

 private:
  App(Config config, Journal& journal) : config_(std::move(config)), journal_(journal) {}
  [[nodiscard]] Status lock();
  [[nodiscard]] Status open_stores();
  [[nodiscard]] Status open_tasks();
  [[nodiscard]] Result<Value> device();
  void wire();
  void arm_probations();
  void arm_store();
  void notify_ready();
  void reload(const std::function<Result<Config>()>& read);

  Config config_;
  Journal& journal_;
  UniqueFd lock_;
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<streamd::EventLog> log_;
  std::unique_ptr<streamd::Store> store_;
  std::unique_ptr<streamd::Spool> spool_;
  std::unique_ptr<Registry> registry_;
  std::unique_ptr<HostCalls> calls_;
  std::unique_ptr<Supervisor> supervisor_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<Models> models_;
  std::unique_ptr<NetLink> net_;
  std::unique_ptr<bus::Tails> tails_;
  std::unique_ptr<bus::Quota> quota_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<bus::Server> server_;
  std::vector<Registration> registrations_;
  Registration probations_;
  Registration store_timer_;
  bool lost_ = false;
};

}  // namespace walle::daemon
