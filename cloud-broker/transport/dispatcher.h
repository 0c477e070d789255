#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "cloud-broker/core/service.h"
#include "cloud-broker/transport/link.h"
#include "cloud-broker/tunnel/sink.h"

namespace walle::transport {

/// What passed through, for metrics.
struct Counters {
  std::atomic<int64_t> reports = 0, offers = 0, frames = 0, acks = 0, refused = 0, dropped = 0, nudges = 0;
};

/// Between MQTT and the service: a bounded queue, one thread that answers reports and features in the order they came,
/// and nudges after changes of the release table. When the queue is full the newest messages are dropped and counted:
/// devices say everything again.
class Dispatcher {
 public:
  static constexpr size_t kQueueLimit = 20'000;

  [[nodiscard]] static Result<std::unique_ptr<Dispatcher>> open(core::Service& service, tunnel::Sink& sink,
                                                                LinkOptions options);
  ~Dispatcher();

  [[nodiscard]] bool connected() const { return link_->connected(); }
  [[nodiscard]] const Counters& counters() const { return counters_; }
  /// What was refused since the last call, for the log; bounded.
  [[nodiscard]] std::vector<std::string> take_notes();

 private:
  struct Message {
    std::string topic;
    std::vector<uint8_t> payload;
  };
  Dispatcher(core::Service& service, tunnel::Sink& sink) : service_(service), sink_(sink) {}
  void enqueue(Message message);
  void work(std::stop_token stop);
  void handle(const Message& message);
  void report(const std::string& device, const Message& message);
  void features(const std::string& device, const Message& message);
  void send_nudge();
  void refuse(const std::string& what, const Error& error);

  core::Service& service_;
  tunnel::Sink& sink_;
  Counters counters_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Message> queue_;
  bool nudge_ = false;
  std::vector<std::string> notes_;
  std::unique_ptr<Link> link_;
  std::jthread worker_;
};

}  // namespace walle::transport
