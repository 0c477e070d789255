#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "daemon/loop/loop.h"
#include "ipc/channel/channel.h"

namespace walle::daemon {

/// A channel on the loop: messages arrive by callback, sending never blocks (what the peer does not take waits here,
/// bounded). Loop thread only.
class ChannelPort {
 public:
  /// `received` gets each message; malformed ones go to `refused`; `gone` is called once when the peer hung up.
  struct Callbacks {
    std::function<void(channel::Message)> received;
    std::function<void(const Error&)> refused;
    std::function<void()> gone;
  };
  [[nodiscard]] static Result<std::unique_ptr<ChannelPort>> create(Loop& loop, channel::Channel channel,
                                                                   Callbacks callbacks);
  ~ChannelPort();
  ChannelPort(const ChannelPort&) = delete;
  ChannelPort& operator=(const ChannelPort&) = delete;

  /// Errors: unavailable after a hang-up; resource_exhausted when more than `limit` messages wait.
  [[nodiscard]] Status send(Value body, std::vector<UniqueFd> descriptors = {}, size_t limit = 4096);
  [[nodiscard]] size_t waiting() const { return outbox_.size(); }

 private:
  ChannelPort(channel::Channel channel, Callbacks callbacks)
      : channel_(std::move(channel)), callbacks_(std::move(callbacks)) {}
  void ready();
  void flush();
  void arm();
  void hang_up();

  channel::Channel channel_;
  Callbacks callbacks_;
  Registration watch_;
  std::deque<channel::Message> outbox_;
  bool gone_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace walle::daemon
