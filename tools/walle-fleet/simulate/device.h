#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/net/reporter.h"
#include "daemon/update/agent.h"
#include "tools/walle-fleet/simulate/cloud.h"
#include "tools/walle-fleet/simulate/world.h"

namespace walle::fleet {

/// Who a virtual device is, and what it runs at the start.
struct VirtualIdentity {
  size_t index = 0;
  std::string name;
  std::map<std::string, std::string> labels;
  update::TaskRow first;
};

/// A device in virtual time: the real agent, journal rows, reporter and messages; effects only take time.
class VirtualDevice final : public update::Effects {
 public:
  /// Both outlive it.
  VirtualDevice(World& world, Cloud& cloud, VirtualIdentity identity);

  /// Begins at a random moment of the first report interval. Errors: the journal's.
  [[nodiscard]] Status start();
  /// The cloud says that its table has changed.
  void nudge(int64_t epoch);
  /// Nothing is under way.
  [[nodiscard]] bool at_rest() const;
  /// The version that runs and is not on trial; "" if none.
  [[nodiscard]] std::string version() const;
  /// From the offer of its newest update to its end, in µs; 0: none yet.
  [[nodiscard]] int64_t update_us() const { return done_us_ > offered_us_ ? done_us_ - offered_us_ : 0; }

  void verify(const update::TaskRow& row, update::Ticket ticket) override { later(row, std::move(ticket)); }
  void reserve(const update::TaskRow& row, update::Ticket ticket) override { later(row, std::move(ticket)); }
  void fetch(const update::TaskRow& row, update::Ticket ticket) override;
  void stage(const update::TaskRow& row, update::Ticket ticket) override;
  void activate(const update::TaskRow& row, const update::Installed& version, update::Ticket ticket) override;
  void deactivate(const update::TaskRow& row, update::Ticket ticket) override;
  void collect(const std::vector<update::TaskRow>& rows, update::Ticket ticket) override;
  void cancel(const update::Ticket&) override {}

 private:
  void later(const update::TaskRow& row, update::Ticket ticket);
  void answer_after(int64_t delay_us, update::Ticket ticket, update::Event event, update::Detail detail = {});
  void take(const CloudAnswer& answer);
  void report();
  void arm_agent();
  void arm_report(int64_t delay_us);
  void go_away();
  void come_back();

  World& world_;
  Cloud& cloud_;
  VirtualIdentity identity_;
  std::unique_ptr<update::Journal> journal_;
  net::Reporter reporter_;
  std::unique_ptr<update::Agent> agent_;
  uint64_t agent_timer_ = 0, report_timer_ = 0;  ///< numbers of the timers that count; older ones do nothing
  bool online_ = true;
  int64_t offered_us_ = 0, done_us_ = 0;
};

}  // namespace walle::fleet
