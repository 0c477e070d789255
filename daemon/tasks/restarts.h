#pragma once

#include <cstdint>

namespace walle::daemon {

/// When a task host that ended is started again: at once after a first end, which may be chance, then after a pause
/// that doubles from 100 ms to 10 s while it keeps ending soon after its start.
class Restarts {
 public:
  static constexpr int64_t kFirstPauseUs = 100'000;
  static constexpr int64_t kLongestPauseUs = 10'000'000;
  /// A host that lived longer than this is not in a loop of crashes.
  static constexpr int64_t kProvenUs = 30'000'000;
  /// Starts in a row that lead to nothing before waiting runs are failed, so that nobody waits for ever.
  static constexpr int64_t kStartAttempts = 5;

  /// The host is ready to run tasks. now_us: monotonic.
  void ready(int64_t now_us);
  /// The host ended, or did not start; the pause before the next start, in µs.
  [[nodiscard]] int64_t ended(int64_t now_us);
  /// Waiting runs have waited for enough starts.
  [[nodiscard]] bool hopeless() const { return failures_ >= kStartAttempts; }

 private:
  bool ready_ = false;
  int64_t ready_us_ = 0;
  int64_t failures_ = 0;    ///< starts in a row that led to nothing
  int64_t early_ends_ = 0;  ///< in a row
};

}  // namespace walle::daemon
