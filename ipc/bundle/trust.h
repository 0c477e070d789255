#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/bundle/roles.h"
#include "libwalle/base/result.h"
#include "libwalle/base/value.h"

namespace walle::bundle {

/// What a device believes. Starts from a pinned root and only moves forward: versions never fall, a failed step
/// changes nothing, expired metadata is refused. Value type; not thread-safe.
/// Order of a check: update_root (N+1, N+2, … until none is left), update_timestamp, update_snapshot, update_targets,
/// target.
class Trust {
 public:
  /// From root.json as pinned at enrolment; it has to be signed by its own root threshold (expiry is not asked here).
  [[nodiscard]] static Result<Trust> pin(std::string_view root_json);
  /// From what `save` wrote. Signatures are verified again: the file is no more trusted than the network.
  [[nodiscard]] static Result<Trust> restore(const Value& saved);
  [[nodiscard]] Value save() const;

  [[nodiscard]] const Root& root() const { return root_; }
  /// Newest time that a verified document has vouched for; a clock below it is wrong.
  [[nodiscard]] int64_t time_floor_us() const { return floor_us_; }

  /// The next root: exactly version N+1, signed by the thresholds of N and N+1. A change of the timestamp's or
  /// snapshot's keys forgets their versions (recovery from fast-forward).
  [[nodiscard]] Status update_root(std::string_view json);
  /// Errors: permission_denied (signatures), failed_precondition (older version, or expired), data_loss (hash).
  [[nodiscard]] Status update_timestamp(std::string_view json, int64_t now_us);
  [[nodiscard]] Status update_snapshot(std::string_view json, int64_t now_us);
  [[nodiscard]] Status update_targets(std::string_view scenario, std::string_view json, int64_t now_us);

  /// What to fetch next; nullopt before the document that names it is known, or when the kept one is that file already.
  [[nodiscard]] std::optional<FileReference> wanted_snapshot() const;
  [[nodiscard]] std::optional<FileReference> wanted_targets(std::string_view scenario) const;

  /// The published version. Errors: not_found; failed_precondition if the metadata is missing or expired.
  [[nodiscard]] Result<Target> target(std::string_view scenario, std::string_view task, std::string_view version,
                                      int64_t now_us) const;
  /// The publisher's envelope of a scenario as received: evidence that is stored with an installed bundle.
  [[nodiscard]] Result<std::string> evidence(std::string_view scenario) const;

  /// The roots that followed the pinned one, as a JSON list of envelopes: evidence, too.
  [[nodiscard]] std::string root_chain() const;

  /// Verifies an offer's director signatures; yields its signed part (wire::offer_from_value).
  [[nodiscard]] Result<Value> verify_offer(std::string_view json) const;

 private:
  struct Known {
    std::string json;  ///< as received
    int64_t version = 0;
  };
  [[nodiscard]] int64_t now(int64_t now_us) const { return now_us > floor_us_ ? now_us : floor_us_; }

  std::string pinned_json_;
  std::vector<std::string> later_roots_;  ///< as received, in order
  Root root_;
  int64_t floor_us_ = 0;
  Known timestamp_known_, snapshot_known_;
  std::optional<Timestamp> timestamp_;
  std::optional<Snapshot> snapshot_;
  std::map<std::string, Known, std::less<>> targets_known_;
  std::map<std::string, Targets, std::less<>> targets_;
};

/// The newest root that a chain (as `root_chain` yields it) leads to from `pinned`; each step signed by both
/// thresholds. Links that `pinned` is beyond already are skipped. Errors: permission_denied, invalid_argument,
/// resource_exhausted.
[[nodiscard]] Result<Root> follow_chain(const Root& pinned, std::string_view chain_json);

}  // namespace walle::bundle
