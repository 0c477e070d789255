#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "libwalle/base/result.h"

namespace walle::net {

struct MqttOptions {
  std::string url;                                  ///< ssl://HOST:PORT or tcp://HOST:PORT
  std::string client;                               ///< MQTT client id
  std::string ca_file, certificate_file, key_file;  ///< for ssl
  int keep_alive_seconds = 60;
  int connect_seconds = 15;
  std::vector<std::string> subscriptions;  ///< QoS 1
  std::string will_topic, will_payload;    ///< retained last will; empty: none
};

/// One MQTT 3.1.1 session by paho. It connects once when told to; who owns it decides when to try again. Callbacks
/// come on paho's threads. Functions: one thread.
class MqttSession {
 public:
  struct Callbacks {
    std::function<void()> online;                  ///< connected and subscribed
    std::function<void(std::string why)> offline;  ///< connecting failed, or the connection broke
    std::function<void(std::string topic, std::vector<uint8_t> payload)> message;
  };
  /// Errors: invalid_argument for a URL that paho does not take.
  [[nodiscard]] static Result<std::unique_ptr<MqttSession>> create(MqttOptions options, Callbacks callbacks);
  virtual ~MqttSession() = default;

  /// Starts to connect; `online` or `offline` follows.
  virtual void connect() = 0;
  /// QoS 1. Errors: unavailable while offline, or with too much in flight.
  [[nodiscard]] virtual Status publish(const std::string& topic, std::span<const uint8_t> payload,
                                       bool retained = false) = 0;
  /// Says goodbye, at most `timeout_ms`.
  virtual void disconnect(int timeout_ms) = 0;
};

}  // namespace walle::net
