#include "daemon/net/uplink.h"

#include <algorithm>

namespace walle::net {

Uplink::Uplink(Loop& loop, std::function<bool(std::span<const uint8_t>)> publish,
               std::function<void(const std::string&)> log)
    : publish_(std::move(publish)), log_(std::move(log)), again_(loop) {}

void Uplink::add(std::vector<wire::Feature> features) {
  std::vector<const wire::Feature*> fresh;
  for (wire::Feature& feature : features) {
    const std::string id = feature.id;
    const auto [it, added] = waiting_.insert_or_assign(id, std::move(feature));
    if (added) order_.push_back(id);
    fresh.push_back(&it->second);
  }
  send(fresh);
}

void Uplink::send_all() {
  std::vector<const wire::Feature*> all;
  for (const std::string& id : order_) all.push_back(&waiting_.at(id));
  send(all);
}

void Uplink::send(const std::vector<const wire::Feature*>& features) {
  if (features.empty()) return;
  again_.set(kAgainUs, [this] { send_all(); });
  std::vector<wire::Feature> frame;
  size_t bytes = 0;
  const auto flush = [&]() -> bool {
    if (frame.empty()) return true;
    const auto encoded = wire::encode_features(frame);
    if (!encoded) log_("features were not encoded: " + encoded.error().message);
    const bool sent = !encoded || publish_(*encoded);
    frame.clear();
    bytes = 0;
    return sent;
  };
  for (const wire::Feature* feature : features) {
    if (bytes + feature->value.size() > kFrameBytes && !flush()) return;
    frame.push_back(*feature);
    bytes += feature->value.size();
  }
  flush();
}

std::vector<std::string> Uplink::acknowledge(const std::vector<std::string>& ids) {
  std::vector<std::string> out;
  for (const std::string& id : ids) {
    if (waiting_.erase(id) > 0) out.push_back(id);
  }
  std::erase_if(order_, [&](const std::string& id) { return !waiting_.contains(id); });
  if (waiting_.empty()) again_.stop();
  return out;
}

void Uplink::clear() {
  waiting_.clear();
  order_.clear();
  again_.stop();
}

}  // namespace walle::net
