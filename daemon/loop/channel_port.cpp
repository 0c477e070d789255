#include "daemon/loop/channel_port.h"

#include <poll.h>

namespace walle::daemon {
namespace {
/// Messages taken from one peer before others get their turn.
constexpr int kBurst = 64;
}  // namespace

Result<std::unique_ptr<ChannelPort>> ChannelPort::create(Loop& loop, channel::Channel channel, Callbacks callbacks) {
  std::unique_ptr<ChannelPort> port(new ChannelPort(std::move(channel), std::move(callbacks)));
  port->watch_ = WALLE_TRY(loop.poll(port->channel_.fd(), POLLIN, [raw = port.get()] { raw->ready(); }));
  return port;
}

ChannelPort::~ChannelPort() { *alive_ = false; }

void ChannelPort::ready() {
  const auto alive = alive_;
  flush();
  for (int i = 0; i < kBurst && *alive && !gone_; ++i) {
    auto message = channel_.receive(0);
    if (!message) {
      if (message.error().code == ErrorCode::deadline_exceeded) return;
      if (message.error().code != ErrorCode::data_loss) return hang_up();
      if (callbacks_.refused) callbacks_.refused(message.error());
      continue;
    }
    if (!*message) return hang_up();
    callbacks_.received(std::move(**message));
  }
}

void ChannelPort::hang_up() {
  if (gone_) return;
  gone_ = true;
  watch_.reset();
  outbox_.clear();
  const auto gone = callbacks_.gone;
  if (gone) gone();
}

void ChannelPort::arm() { Loop::set_events(watch_, outbox_.empty() ? POLLIN : POLLIN | POLLOUT); }

void ChannelPort::flush() {
  const bool was_waiting = !outbox_.empty();
  while (!outbox_.empty() && !gone_) {
    std::vector<int> descriptors;
    for (const UniqueFd& fd : outbox_.front().descriptors) descriptors.push_back(fd.get());
    const auto sent = channel_.send(outbox_.front().body, descriptors, 0);
    if (!sent && sent.error().code == ErrorCode::deadline_exceeded) break;
    outbox_.pop_front();  // what the channel refuses is not sent again; a hang-up is seen by receive
  }
  if (was_waiting && !gone_) arm();
}

Status ChannelPort::send(Value body, std::vector<UniqueFd> descriptors, size_t limit) {
  if (gone_) return fail(ErrorCode::unavailable, "the peer has gone");
  if (outbox_.size() >= limit) return fail(ErrorCode::resource_exhausted, "the peer does not read its messages");
  if (outbox_.empty()) {
    std::vector<int> raw;
    for (const UniqueFd& fd : descriptors) raw.push_back(fd.get());
    const auto sent = channel_.send(body, raw, 0);
    if (sent || sent.error().code != ErrorCode::deadline_exceeded) return sent;
  }
  outbox_.push_back({std::move(body), std::move(descriptors)});
  arm();
  return {};
}

}  // namespace walle::daemon
