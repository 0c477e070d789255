#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_set>
#include <vector>

#include "ipc/wire/event.h"

namespace walle::streamd {

/// What happens to an event that is older than what was already released.
enum class LateRule : uint8_t {
  pass,  ///< released at once, out of order, marked late
  side,  ///< only handed out by take_late()
  drop,  ///< counted, gone
};

struct ReorderOptions {
  int64_t hold_us = 0;  ///< how long an event waits for older ones; 0: arrival order, no delay
  LateRule late = LateRule::pass;
  int64_t future_us = 60LL * 1'000'000;  ///< an event further ahead of the clock than this is given the clock's time
  size_t max_held = 4096;                ///< more: the oldest are released early (counted)
  size_t remembered_uids = 4096;         ///< duplicates are found among this many newest uids
};

struct Sequenced {
  int64_t number = 0;  ///< the log's number, handed through
  wire::Event event;
  bool late = false;
};

struct ReorderStats {
  int64_t released = 0, late = 0, duplicates = 0, early = 0, clamped = 0;
};

/// Puts events into time order by a watermark: newest time seen (or the clock) minus hold_us. Equal times keep the
/// order of arrival. Pure: no clock of its own. One thread at a time.
class Reorder {
 public:
  explicit Reorder(ReorderOptions options) : options_(options) {}
  /// Takes one event at wall time `now_us`. `uid` empty: no duplicate check. Returns what is released, in order.
  [[nodiscard]] std::vector<Sequenced> push(Sequenced event, const std::string& uid, int64_t now_us);
  /// Releases what the clock has passed. Call at next_deadline_us().
  [[nodiscard]] std::vector<Sequenced> advance(int64_t now_us);
  /// Everything held, in order; at shutdown.
  [[nodiscard]] std::vector<Sequenced> flush();
  /// Late events under LateRule::side; at most max_held newest are kept.
  [[nodiscard]] std::vector<Sequenced> take_late();
  /// When `advance` has work, or INT64_MAX.
  [[nodiscard]] int64_t next_deadline_us() const;
  [[nodiscard]] const ReorderStats& stats() const { return stats_; }

 private:
  void release_up_to(int64_t watermark_us, std::vector<Sequenced>& out);
  [[nodiscard]] bool is_duplicate(const std::string& uid);

  ReorderOptions options_;
  ReorderStats stats_;
  std::deque<Sequenced> held_;  // by time
  std::deque<Sequenced> late_;
  std::deque<std::string> uid_order_;
  std::unordered_set<std::string> uids_;
  int64_t watermark_us_ = INT64_MIN;
};

}  // namespace walle::streamd
