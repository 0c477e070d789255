#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/net/config.h"
#include "daemon/net/identity.h"
#include "daemon/net/loop.h"
#include "daemon/net/mqtt_session.h"
#include "daemon/net/reporter.h"
#include "daemon/net/uplink.h"
#include "daemon/net/walled_link.h"
#include "daemon/update/agent.h"
#include "daemon/update/device_effects.h"
#include "libwalle/base/result.h"

namespace walle::net {

enum class Level : uint8_t { debug, info, warning, error };

/// Everything walle-netd does between start and stop. Loop thread only.
class Service {
 public:
  using Log = std::function<void(Level, const std::string&)>;
  /// Opens journal, store and trust below `config.state_folder`.
  [[nodiscard]] static Result<std::unique_ptr<Service>> create(Loop& loop, const Config& config,
                                                               const Identity& identity, Log log);
  ~Service();

  /// Resumes what was under way, connects to walled and to the cloud.
  [[nodiscard]] Status start();
  /// Says goodbye to the cloud.
  void stop();

 private:
  Service(Loop& loop, const Config& config, const Identity& identity, Log log);
  [[nodiscard]] Status open();
  [[nodiscard]] Status open_session();
  [[nodiscard]] Result<bundle::Trust> load_trust();
  void make_agent();
  [[nodiscard]] WalledLink::Callbacks walled_callbacks();

  // The cloud.
  void online();
  void offline(const std::string& why);
  void message(const std::string& topic, const std::vector<uint8_t>& payload);
  void on_offer(const std::string& json, bool retried);
  void on_ack(const std::vector<uint8_t>& payload);
  void on_nudge(const std::vector<uint8_t>& payload);
  void on_event(const std::vector<uint8_t>& payload);
  void report();
  void report_soon(int64_t delay_us);

  // The agent.
  void arm_agent();

  Loop& loop_;
  Config config_;
  Identity identity_;
  Log log_;
  std::unique_ptr<update::Journal> journal_;
  std::unique_ptr<WalledLink> walled_;
  std::unique_ptr<update::DeviceEffects> effects_;
  std::unique_ptr<update::Agent> agent_;
  std::unique_ptr<Reporter> reporter_;
  std::unique_ptr<Uplink> uplink_;
  std::unique_ptr<MqttSession> session_;
  Loop::Timer reconnect_timer_, report_timer_, agent_timer_;
  bool online_ = false;
  bool stopping_ = false;
  int attempts_ = 0;
  int64_t next_report_us_ = INT64_MAX;
};

}  // namespace walle::net
