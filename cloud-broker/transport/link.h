#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libwalle/base/result.h"

namespace walle::transport {

struct LinkOptions {
  std::string url;  ///< ssl://HOST:PORT, or tcp://HOST:PORT
  std::string client_id;
  std::string ca, certificate, key;  ///< PEM files, for ssl://
  std::vector<std::string> subscriptions;
};

/// A session with an MQTT broker that comes back by itself, subscribed again each time. Messages in flight when it
/// breaks may be lost: whatever is sent over it is sent again by whoever still needs it. Thread-safe.
class Link {
 public:
  using OnMessage = std::function<void(std::string topic, std::vector<uint8_t> payload)>;
  using OnConnected = std::function<void()>;

  /// Starts connecting. The callbacks run on threads of the link and must not block.
  [[nodiscard]] static Result<std::unique_ptr<Link>> open(LinkOptions options, OnMessage on_message,
                                                          OnConnected on_connected);
  ~Link();

  /// At-least-once while the session lasts. Errors: unavailable when there is none.
  [[nodiscard]] Status publish(std::string_view topic, std::span<const uint8_t> payload);
  [[nodiscard]] bool connected() const;

 private:
  class Session;
  explicit Link(std::unique_ptr<Session> session);
  std::unique_ptr<Session> session_;
};

}  // namespace walle::transport
