#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cloud-broker/rollout/decide.h"
#include "cloud-broker/rollout/transitions.h"
#include "ipc/wire/offer.h"
#include "libwalle/base/value.h"
#include "tools/walle-fleet/simulate/world.h"

namespace walle::fleet {

/// What goes back to a device after a report.
struct CloudAnswer {
  std::optional<Value> offer;  ///< what a director would sign
  std::vector<uint8_t> ack;    ///< empty: none
};

/// The broker's decisions over a table in memory: offers, tallies and transitions are those of cloud-broker/rollout and
/// its policies; database, signatures and transport are left out.
class Cloud {
 public:
  /// `fleet`: every device, as it is known at the start.
  Cloud(World& world, std::vector<rollout::Device> fleet);

  /// The release that all devices have at the start, and then the one that is rolled out. Errors: not_found for a
  /// policy that there is not.
  [[nodiscard]] Status begin(rollout::Release first, rollout::Release next);
  /// Errors: data_loss, invalid_argument for what is no report.
  [[nodiscard]] Result<CloudAnswer> on_report(size_t device, std::span<const uint8_t> bytes);
  /// Moves releases on by what was reported and by time.
  void tick();

  /// Called after every change of the table.
  std::function<void(int64_t epoch)> changed;
  /// A line for each transition of a release.
  std::function<void(const rollout::Release& release, const std::string& event)> moved;

  [[nodiscard]] const rollout::Release& release(int64_t counter) const;
  [[nodiscard]] rollout::Tallies tallies(const rollout::Release& release);
  /// True if some device has not what it should have, and has not failed it either.
  [[nodiscard]] bool pending() const;
  [[nodiscard]] int64_t reports() const { return reports_; }
  [[nodiscard]] int64_t offers() const { return offers_; }

 private:
  /// A device that was offered a release.
  struct Offered {
    int64_t stage = 0;
    int64_t time_us = 0;
    std::string outcome;  ///< "", "good" or "failed"
    bool silent = false;
  };
  /// What happened in one release, counted as it happens: a million devices are not gone through for each outcome.
  struct Books {
    std::map<size_t, Offered> offered;
    std::vector<size_t> order;  ///< by time of the offer
    size_t heard = 0;           ///< of `order`: their silence has been looked at
    rollout::Tally total;
    std::map<int64_t, rollout::Tally> stages;
    int64_t members_stage = -1;  ///< members are counted for it

    /// Adds `by` to a count of the device's stage and of all.
    void count(const Offered& offered, int64_t rollout::Tally::*what, int64_t by) {
      total.*what += by;
      stages[offered.stage].*what += by;
    }
  };

  void take_profile(size_t device, const Value& profile, std::string digest);
  void take_outcome(size_t device, int64_t counter, const std::string& result);
  /// The releases that a device should have and has not.
  [[nodiscard]] std::vector<rollout::Wanted> missing(const rollout::Device& device) const;
  [[nodiscard]] Value make_offer(size_t device, const std::string& nonce, bool ask, int64_t epoch);
  void move(int64_t counter, rollout::Event event, const std::string& reason);
  void evaluate(int64_t counter);
  rollout::Release& find(int64_t counter);

  World& world_;
  std::vector<rollout::Device> fleet_;
  std::vector<std::string> digests_;
  rollout::Table table_;
  std::map<int64_t, Books> books_;
  int64_t reports_ = 0, offers_ = 0;
};

}  // namespace walle::fleet
