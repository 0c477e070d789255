#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/net/loop.h"
#include "daemon/update/device_effects.h"
#include "ipc/channel/channel.h"
#include "ipc/wire/feature.h"
#include "ipc/wire/profile.h"
#include "libwalle/base/value.h"

namespace walle::net {

/// netd's end of net.sock (ipc/net/README.md). Connects, and connects again when walled goes; what was asked of a
/// walled that went is answered `later`. Loop thread only.
class WalledLink final : public update::Host {
 public:
  struct Callbacks {
    std::function<void(bool connected)> connection;
    /// walled's profile: device (labels, …) and what really runs.
    std::function<void(const Value& device, std::vector<wire::InstalledTask> tasks)> profile;
    std::function<void(const std::string& task, int64_t counter, bool good, update::Detail detail)> verdict;
    std::function<void(std::vector<wire::Feature> features)> features;
    std::function<void(const std::string& text)> log;
  };
  WalledLink(Loop& loop, std::string socket, std::string device, Callbacks callbacks);

  void start();
  [[nodiscard]] bool connected() const { return channel_.has_value(); }

  void activate(const std::string& task, const update::Installed& version, const std::string& folder,
                Answer answer) override;
  void deactivate(const std::string& task, Answer answer) override;
  void uploaded(const std::vector<std::string>& ids);
  void cloud_event(const Value& event);
  void link_state(bool online, const std::string& detail);

 private:
  void connect();
  void ready();
  void lost(const std::string& why);
  void handle(const Value& body);
  void on_profile(const Value& body);
  void on_switched(const Value& body);
  void on_probation(const Value& body);
  void on_features(const Value& body);
  void request(Value body, Answer answer);
  bool send(const Value& body);

  Loop& loop_;
  std::string socket_;
  std::string device_;
  Callbacks callbacks_;
  Loop::Timer retry_;
  std::optional<channel::Channel> channel_;
  std::unique_ptr<Loop::Watch> watch_;
  std::map<int64_t, Answer> asked_;
  int64_t next_id_ = 1;
  Value link_ = Value();  ///< last link message, said again to a new walled
};

}  // namespace walle::net
