#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>

#include "daemon/loop/channel_port.h"
#include "daemon/loop/loop.h"
#include "libwalle/base/unique_fd.h"
#include "streamd/log/event_log.h"

namespace walle::daemon::bus {

/// What a follower wants to see.
struct TailOptions {
  bool events = true;
  bool runs = false;
  bool contents = true;
  std::string page;
};

/// Followers of events and runs (Stream.Tail), each on a channel of its own. One that does not read loses messages and
/// is told how many; nobody waits for it. Loop thread only.
class Tails {
 public:
  explicit Tails(Loop& loop) : loop_(loop) {}
  /// The follower's end. Errors: resource_exhausted over 64 followers.
  [[nodiscard]] Result<UniqueFd> add(TailOptions options);
  void event(const streamd::LoggedEvent& event);
  void run(const Value& record);

 private:
  struct Tail {
    TailOptions options;
    std::unique_ptr<ChannelPort> port;
    int64_t lost = 0;
    bool gone = false;
  };
  void send(Tail& tail, Value body);
  Loop& loop_;
  std::list<Tail> tails_;
};

}  // namespace walle::daemon::bus
