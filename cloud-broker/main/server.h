#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cloud-broker/api/server.h"
#include "cloud-broker/core/service.h"
#include "cloud-broker/transport/dispatcher.h"
#include "cloud-broker/transport/mosquitto.h"
#include "cloud-broker/tunnel/sink.h"

namespace walle::broker {

/// The broker with all its adapters, wired. Order of the members is order of the start.
class Server {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(const core::Config& config);

  /// One round of the main loop: time for the service. Lines for the log.
  [[nodiscard]] std::vector<std::string> tick();
  /// "READY api=… https=… mqtt=…"
  [[nodiscard]] std::string ready_line() const;
  /// True once the MQTT session stands.
  [[nodiscard]] bool connected() const { return dispatcher_->connected(); }

 private:
  Server() = default;
  [[nodiscard]] Status start_mqtt(const core::Config& config);
  [[nodiscard]] Status start_api(const core::Config& config);
  [[nodiscard]] Status write_identities(const core::Config& config);
  [[nodiscard]] std::map<std::string, double> counters() const;

  std::atomic<int64_t> blob_bytes_ = 0;
  std::unique_ptr<core::Service> service_;
  std::unique_ptr<transport::Mosquitto> mosquitto_;
  std::unique_ptr<tunnel::Sink> sink_;
  std::unique_ptr<transport::Dispatcher> dispatcher_;
  std::unique_ptr<api::Server> http_, https_;
  std::string mqtt_url_, http_url_, https_url_;
  int64_t restarts_seen_ = 0;
};

}  // namespace walle::broker
