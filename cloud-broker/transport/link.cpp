#include "cloud-broker/transport/link.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <mqtt/async_client.h>

namespace walle::transport {

using namespace std::chrono_literals;

class Link::Session {
 public:
  Session(LinkOptions options, OnMessage on_message, OnConnected on_connected)
      : options_(std::move(options)),
        on_message_(std::move(on_message)),
        on_connected_(std::move(on_connected)),
        client_(options_.url, options_.client_id, nullptr) {
    client_.set_message_callback([this](mqtt::const_message_ptr message) {
      const auto& payload = message->get_payload();
      on_message_(message->get_topic(), std::vector<uint8_t>(payload.begin(), payload.end()));
    });
    client_.set_connection_lost_handler([this](const std::string&) { wake_.notify_all(); });
    keeper_ = std::jthread([this](std::stop_token stop) { keep(stop); });
  }

  ~Session() {
    keeper_.request_stop();
    keeper_.join();
    try {
      client_.disable_callbacks();
      if (client_.is_connected()) client_.disconnect(100)->wait_for(1s);
    } catch (const std::exception&) {
      // It is gone already.
    }
  }

  Status publish(std::string_view topic, std::span<const uint8_t> payload) {
    try {
      client_.publish(std::string(topic), payload.data(), payload.size(), /*qos=*/1, /*retained=*/false);
      return {};
    } catch (const std::exception& error) {
      return fail(ErrorCode::unavailable, std::string("MQTT: ") + error.what());
    }
  }

  bool connected() const { return client_.is_connected(); }

 private:
  /// Connects whenever there is no session; the first attempts follow quickly, later ones once a second.
  void keep(std::stop_token stop) {
    auto pause = 20ms;
    while (!stop.stop_requested()) {
      if (client_.is_connected()) {
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, stop, 200ms, [this] { return !client_.is_connected(); });
        continue;
      }
      if (connect()) {
        pause = 20ms;
        on_connected_();
        continue;
      }
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, stop, pause, [] { return false; });
      pause = std::min<std::chrono::milliseconds>(pause * 2, 1000ms);
    }
  }

  bool connect() {
    try {
      mqtt::connect_options connect;
      connect.set_clean_session(true);
      connect.set_keep_alive_interval(20);
      connect.set_connect_timeout(5);
      connect.set_max_inflight(1000);
      if (options_.url.starts_with("ssl://")) {
        mqtt::ssl_options ssl;
        ssl.set_trust_store(options_.ca);
        ssl.set_key_store(options_.certificate);
        ssl.set_private_key(options_.key);
        ssl.set_verify(true);
        connect.set_ssl(ssl);
      }
      if (!client_.connect(connect)->wait_for(6s)) return false;
      for (const std::string& topic : options_.subscriptions)
        if (!client_.subscribe(topic, 1)->wait_for(5s)) return false;
      return true;
    } catch (const std::exception&) {
      return false;
    }
  }

  LinkOptions options_;
  OnMessage on_message_;
  OnConnected on_connected_;
  mqtt::async_client client_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread keeper_;
};

Link::Link(std::unique_ptr<Session> session) : session_(std::move(session)) {}
Link::~Link() = default;

Result<std::unique_ptr<Link>> Link::open(LinkOptions options, OnMessage on_message, OnConnected on_connected) {
  try {
    return std::unique_ptr<Link>(
        new Link(std::make_unique<Session>(std::move(options), std::move(on_message), std::move(on_connected))));
  } catch (const std::exception& error) {
    return fail(ErrorCode::invalid_argument, std::string("MQTT: ") + error.what());
  }
}

Status Link::publish(std::string_view topic, std::span<const uint8_t> payload) {
  return session_->publish(topic, payload);
}
bool Link::connected() const { return session_->connected(); }

}  // namespace walle::transport
