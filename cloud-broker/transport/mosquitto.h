#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "libwalle/base/result.h"

namespace walle::transport {

struct MosquittoOptions {
  std::string program = "mosquitto";
  std::string folder;  ///< where its configuration is written
  std::string host = "0.0.0.0";
  int port = 8883;                   ///< 0: a free one is chosen
  std::string ca, certificate, key;  ///< PEM files
  std::string service_user;          ///< CN of the broker's own certificate: may use every topic
};

/// Our own MQTT broker, for those who have none: TLS 1.3 and client certificates only, each device confined to its own
/// topics. Started at construction, started again whenever it ends, stopped at the end of its life and with our
/// process, however that ends. Nothing that it holds has to survive.
class Mosquitto {
 public:
  /// Writes the configuration and starts it. Errors: not_found if the program is not installed; unavailable.
  [[nodiscard]] static Result<std::unique_ptr<Mosquitto>> start(MosquittoOptions options);
  ~Mosquitto();

  [[nodiscard]] int port() const { return options_.port; }
  /// How often it had to be started again.
  [[nodiscard]] int64_t restarts() const { return restarts_; }
  [[nodiscard]] int pid() const { return pid_; }

 private:
  explicit Mosquitto(MosquittoOptions options) : options_(std::move(options)) {}
  void supervise(std::stop_token stop);

  MosquittoOptions options_;
  std::atomic<int> pid_ = 0;
  std::atomic<int64_t> restarts_ = 0;
  std::jthread supervisor_;
};

/// The configuration and access lists that are written, for tests and for those who run their own broker.
[[nodiscard]] std::string mosquitto_conf(const MosquittoOptions& options);
[[nodiscard]] std::string mosquitto_acl(const MosquittoOptions& options);

}  // namespace walle::transport
