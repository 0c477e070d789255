#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "daemon/net/identity.h"
#include "daemon/net/loop.h"
#include "daemon/net/mqtt_session.h"
#include "daemon/net/reporter.h"
#include "daemon/update/agent.h"
#include "ipc/bundle/trust.h"

namespace walle::fleet {

/// How a simulated device behaves.
struct Behaviour {
  double failure_rate = 0;   ///< share of (device, version) pairs whose probation fails
  int64_t step_us = 50'000;  ///< of every effect, on average
  int64_t report_us = 10'000'000;
};

/// What one device has been through.
struct Counters {
  int64_t offers = 0, committed = 0, rolled_back = 0, failed = 0, removed = 0, connects = 0;
  int64_t first_offer_us = 0;  ///< monotonic; of the newest update
  int64_t done_us = 0;
};

/// One simulated device: the real agent, reporter and MQTT session; effects that only take time. Loop thread only.
class Device final : public update::Effects {
 public:
  /// `trust` is shared by all: they have the same root.
  Device(net::Loop& loop, net::Identity identity, const bundle::Trust& trust, const Behaviour& behaviour);
  ~Device() override;

  [[nodiscard]] Status start();
  void stop();
  [[nodiscard]] const std::string& name() const { return identity_.device; }
  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] bool online() const { return online_; }
  [[nodiscard]] std::vector<wire::InstalledTask> installed() const { return agent_->installed(); }

  void verify(const update::TaskRow& row, update::Ticket ticket) override { later(row, std::move(ticket)); }
  void reserve(const update::TaskRow& row, update::Ticket ticket) override { later(row, std::move(ticket)); }
  void fetch(const update::TaskRow& row, update::Ticket ticket) override { later(row, std::move(ticket)); }
  void stage(const update::TaskRow& row, update::Ticket ticket) override { later(row, std::move(ticket)); }
  void activate(const update::TaskRow& row, const update::Installed& version, update::Ticket ticket) override;
  void deactivate(const update::TaskRow& row, update::Ticket ticket) override;
  void collect(const std::vector<update::TaskRow>& rows, update::Ticket ticket) override;
  void cancel(const update::Ticket&) override {}

 private:
  void later(const update::TaskRow& row, update::Ticket ticket);
  void after(int64_t delay_us, std::function<void()> callback);
  void give_verdict(const std::string& task, const std::string& version, int64_t counter);
  void message(const std::string& topic, const std::vector<uint8_t>& payload);
  void on_offer(const std::string& json);
  void report();
  void arm();
  void arm_report(int64_t delay_us);
  void reconnect();

  net::Loop& loop_;
  net::Identity identity_;
  const bundle::Trust& trust_;
  Behaviour behaviour_;
  std::unique_ptr<update::Journal> journal_;
  std::unique_ptr<update::Agent> agent_;
  net::Reporter reporter_;
  std::unique_ptr<net::MqttSession> session_;
  net::Loop::Timer agent_timer_, report_timer_, connect_timer_;
  std::map<uint64_t, std::unique_ptr<net::Loop::Timer>> timers_;
  uint64_t next_timer_ = 0;
  int attempts_ = 0;
  bool online_ = false, stopping_ = false;
  Counters counters_;
};

}  // namespace walle::fleet
