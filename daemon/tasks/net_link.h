#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "daemon/loop/channel_port.h"
#include "daemon/loop/journal.h"
#include "daemon/loop/loop.h"
#include "daemon/tasks/pipeline.h"
#include "daemon/tasks/registry.h"
#include "streamd/tunnel/spool.h"

namespace walle::daemon {

struct NetOptions {
  std::string socket;              ///< path of net.sock
  std::string root;                ///< file with the pinned root of trust; empty: no release can be installed
  Value device = Value::object();  ///< id and labels
};

/// walled's end of ipc/net/README.md: what walle-netd may ask for, and what it is told. netd is not trusted with more
/// than bytes: bundles are copied and verified again, events pass the same bounds as an app's. Loop thread only.
class NetLink {
 public:
  NetLink(Loop& loop, Journal& journal, Registry& registry, Pipeline& pipeline, streamd::Spool& spool,
          NetOptions options);

  [[nodiscard]] Status listen();
  /// Tells netd what is installed; it reports it to the cloud.
  void send_profile();
  void send_verdict(const VersionRow& row);
  /// Sends what the spool holds, as far as netd has room for it.
  void send_features();

  [[nodiscard]] const std::string& state() const { return state_; }  ///< "online", "offline", "none"
  [[nodiscard]] const std::string& detail() const { return detail_; }
  /// The link is another.
  std::function<void()> changed;

 private:
  void accept();
  void received(channel::Message message);
  void gone(int64_t connection);
  void on_switch(const Value& message);
  void on_remove(const Value& message);
  void on_uploaded(const Value& message);
  void on_event(const Value& message);
  void on_hello(const Value& message);
  void on_link(const Value& message);
  void answer(const Value& id, const Status& status);
  void send(Value body);
  void set_state(std::string state, std::string detail);

  Loop& loop_;
  Journal& journal_;
  Registry& registry_;
  Pipeline& pipeline_;
  streamd::Spool& spool_;
  NetOptions options_;
  UniqueFd listener_;
  Registration watch_;
  std::unique_ptr<ChannelPort> port_;
  int64_t connection_ = 0;
  bool greeted_ = false;
  int64_t sent_position_ = 0;        // of the spool, in this connection
  std::set<std::string> in_flight_;  // ids that netd has and the cloud may not
  std::string state_ = "none";
  std::string detail_ = "walle-netd is not connected";
};

}  // namespace walle::daemon
