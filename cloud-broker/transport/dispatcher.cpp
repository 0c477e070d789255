#include "cloud-broker/transport/dispatcher.h"

#include "ipc/wire/ack.h"
#include "ipc/wire/topics.h"

namespace walle::transport {
namespace {

std::span<const uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace

Result<std::unique_ptr<Dispatcher>> Dispatcher::open(core::Service& service, tunnel::Sink& sink, LinkOptions options) {
  std::unique_ptr<Dispatcher> dispatcher(new Dispatcher(service, sink));
  Dispatcher* self = dispatcher.get();
  options.subscriptions = {wire::topic_filter(-1, wire::TopicKind::report),
                           wire::topic_filter(-1, wire::TopicKind::feature)};
  const auto nudge = [self] {
    const std::lock_guard lock(self->mutex_);
    self->nudge_ = true;
    self->wake_.notify_one();
  };
  // A new session may have missed reports: devices are asked to say again how they are.
  dispatcher->link_ = WALLE_TRY(Link::open(
      std::move(options),
      [self](std::string topic, std::vector<uint8_t> payload) {
        self->enqueue({std::move(topic), std::move(payload)});
      },
      nudge));
  dispatcher->worker_ = std::jthread([self](std::stop_token stop) { self->work(stop); });
  service.on_change([nudge](int64_t) { nudge(); });
  return dispatcher;
}

Dispatcher::~Dispatcher() {
  service_.on_change(nullptr);
  worker_.request_stop();
  if (worker_.joinable()) worker_.join();
  link_.reset();
}

void Dispatcher::enqueue(Message message) {
  const std::lock_guard lock(mutex_);
  if (queue_.size() >= kQueueLimit) {
    ++counters_.dropped;
    return;
  }
  queue_.push_back(std::move(message));
  wake_.notify_one();
}

void Dispatcher::work(std::stop_token stop) {
  while (!stop.stop_requested()) {
    std::deque<Message> batch;
    bool nudge = false;
    {
      std::unique_lock lock(mutex_);
      if (!wake_.wait(lock, stop, [this] { return !queue_.empty() || nudge_; })) return;
      batch.swap(queue_);
      nudge = std::exchange(nudge_, false);
    }
    for (const Message& message : batch) handle(message);
    if (nudge) send_nudge();
  }
}

void Dispatcher::handle(const Message& message) {
  const auto topic = wire::parse_topic(message.topic);
  if (!topic) return refuse(message.topic, topic.error());
  if (topic->kind == wire::TopicKind::report) return report(topic->device, message);
  if (topic->kind == wire::TopicKind::feature) return features(topic->device, message);
}

void Dispatcher::report(const std::string& device, const Message& message) {
  ++counters_.reports;
  const auto answer = service_.on_report(device, message.payload);
  if (!answer) return refuse("report of " + device, answer.error());
  if (!answer->ack.empty()) {
    ++counters_.acks;
    const Status sent = link_->publish(wire::topic_of(device, wire::TopicKind::ack), answer->ack);
    if (!sent) refuse("ack to " + device, sent.error());
  }
  if (answer->offer.empty()) return;
  ++counters_.offers;
  const Status sent = link_->publish(wire::topic_of(device, wire::TopicKind::offer), bytes_of(answer->offer));
  if (!sent) refuse("offer to " + device, sent.error());
}

void Dispatcher::features(const std::string& device, const Message& message) {
  ++counters_.frames;
  if (!service_.knows(device))
    return refuse("features", {ErrorCode::permission_denied, "device " + device + " is not enrolled"});
  const auto acks = sink_.take(device, message.payload);
  if (!acks) return refuse("features of " + device, acks.error());
  for (const wire::Ack& ack : *acks) {
    ++counters_.acks;
    const Status sent = link_->publish(wire::topic_of(device, wire::TopicKind::ack), wire::encode_ack(ack));
    if (!sent) refuse("ack to " + device, sent.error());
  }
}

void Dispatcher::send_nudge() {
  ++counters_.nudges;
  const auto nudge = wire::encode_nudge({service_.epoch(), service_.config().nudge_jitter_us});
  // Only a hint: if there is no session, devices report when there is one again.
  const Status sent = link_->publish(wire::kNudgeTopic, nudge);
  static_cast<void>(sent);
}

void Dispatcher::refuse(const std::string& what, const Error& error) {
  ++counters_.refused;
  const std::lock_guard lock(mutex_);
  if (notes_.size() < 100) notes_.push_back(what + ": " + error.message);
}

std::vector<std::string> Dispatcher::take_notes() {
  const std::lock_guard lock(mutex_);
  return std::exchange(notes_, {});
}

}  // namespace walle::transport
