#include "daemon/net/mqtt_session.h"

#include <mqtt/async_client.h>

#include <atomic>

namespace walle::net {
namespace {

constexpr size_t kMostInFlight = 1000;

class PahoSession final : public MqttSession, public mqtt::iaction_listener {
 public:
  PahoSession(MqttOptions options, Callbacks callbacks)
      : options_(std::move(options)), callbacks_(std::move(callbacks)), client_(options_.url, options_.client) {
    client_.set_message_callback([this](const mqtt::const_message_ptr& message) {
      const auto& payload = message->get_payload();
      callbacks_.message(message->get_topic(), {payload.begin(), payload.end()});
    });
    client_.set_connection_lost_handler(
        [this](const std::string& cause) { down(cause.empty() ? "the connection broke" : cause); });
  }

  ~PahoSession() override {
    try {
      client_.disable_callbacks();
    } catch (const mqtt::exception&) {
      // Of a client that never got far enough to have any.
    }
  }

  void connect() override {
    try {
      client_.connect(make_options(), nullptr, *this);
    } catch (const mqtt::exception& e) {
      down(e.what());
    }
  }

  Status publish(const std::string& topic, std::span<const uint8_t> payload, bool retained) override {
    if (!online_) return fail(ErrorCode::unavailable, "not connected to the MQTT broker");
    try {
      if (client_.get_pending_delivery_tokens().size() >= kMostInFlight) {
        return fail(ErrorCode::unavailable, "too many messages are on their way");
      }
      client_.publish(topic, payload.data(), payload.size(), 1, retained);
      return {};
    } catch (const mqtt::exception& e) {
      return fail(ErrorCode::unavailable, std::string("MQTT: ") + e.what());
    }
  }

  void disconnect(int timeout_ms) override {
    try {
      if (client_.is_connected()) client_.disconnect(timeout_ms)->wait_for(std::chrono::milliseconds(timeout_ms));
    } catch (const mqtt::exception&) {
      // The connection is gone either way.
    }
    online_ = false;
  }

 private:
  mqtt::connect_options make_options() const {
    mqtt::connect_options out;
    out.set_mqtt_version(MQTTVERSION_3_1_1);
    out.set_clean_session(true);
    out.set_keep_alive_interval(options_.keep_alive_seconds);
    out.set_connect_timeout(options_.connect_seconds);
    out.set_max_inflight(static_cast<int>(kMostInFlight));
    if (!options_.will_topic.empty()) {
      out.set_will(mqtt::will_options(options_.will_topic, options_.will_payload, 1, true));
    }
    if (options_.url.starts_with("ssl://")) {
      mqtt::ssl_options ssl;
      ssl.set_trust_store(options_.ca_file);
      if (!options_.certificate_file.empty()) {
        ssl.set_key_store(options_.certificate_file);
        ssl.set_private_key(options_.key_file);
      }
      ssl.set_enable_server_cert_auth(true);
      ssl.set_verify(true);
      out.set_ssl(std::move(ssl));
    }
    return out;
  }

  void subscribe() {
    if (options_.subscriptions.empty()) return up();
    const auto topics = mqtt::string_collection::create(options_.subscriptions);
    client_.subscribe(topics, std::vector<int>(options_.subscriptions.size(), 1), nullptr, *this);
  }

  void up() {
    online_ = true;
    callbacks_.online();
  }
  void down(const std::string& why) {
    online_ = false;
    callbacks_.offline(why);
  }

  /// Of connect, then of subscribe.
  void on_success(const mqtt::token& token) override {
    try {
      if (token.get_type() == mqtt::token::Type::CONNECT) return subscribe();
      if (token.get_type() == mqtt::token::Type::SUBSCRIBE) up();
    } catch (const mqtt::exception& e) {
      down(e.what());
    }
  }
  void on_failure(const mqtt::token& token) override {
    const std::string text = mqtt::exception::error_str(token.get_return_code());
    const int code = token.get_reason_code();
    down(code > 0 && text.empty() ? "refused with code " + std::to_string(code) : text);
  }

  MqttOptions options_;
  Callbacks callbacks_;
  mqtt::async_client client_;
  std::atomic<bool> online_{false};
};

}  // namespace

Result<std::unique_ptr<MqttSession>> MqttSession::create(MqttOptions options, Callbacks callbacks) {
  if (!options.url.starts_with("ssl://") && !options.url.starts_with("tcp://")) {
    return fail(ErrorCode::invalid_argument, "MQTT URL must begin with ssl:// or tcp://, not '" + options.url + "'");
  }
  try {
    return std::make_unique<PahoSession>(std::move(options), std::move(callbacks));
  } catch (const mqtt::exception& e) {
    return fail(ErrorCode::invalid_argument, std::string("MQTT: ") + e.what());
  }
}

}  // namespace walle::net
