#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "streamd/trigger/trie.h"

namespace walle::trigger {

/// Makes the links of partial matches and counts the bytes of the events that they keep alive. An event is held once,
/// however many matches it is part of, and counted until the last of them has gone. Not thread-safe.
class Links {
 public:
  /// A chain is cut to `most` events: its newest and those that still fit before it.
  explicit Links(size_t most) : most_(most) {}

  /// From here on links are to this event; nullptr: to none. The event has to outlive the calls of add.
  void take(const EventPtr* event, int64_t number, int64_t time_us);
  /// The event taken, behind `before` (null: as the first).
  [[nodiscard]] LinkPtr add(const LinkPtr& before);

  [[nodiscard]] size_t bytes() const { return account_->bytes; }
  [[nodiscard]] uint64_t cut() const { return cut_; }  ///< how many chains were cut

 private:
  [[nodiscard]] std::shared_ptr<const EventPtr> hold() const;

  size_t most_;
  std::shared_ptr<Account> account_ = std::make_shared<Account>();
  const EventPtr* event_ = nullptr;
  std::shared_ptr<const EventPtr> held_;
  int64_t number_ = 0;
  int64_t time_us_ = 0;
  uint64_t cut_ = 0;
};

/// The events of a match, oldest first. Leading optional or repeated events older than the bound are left out;
/// within_us 0: unbounded.
[[nodiscard]] std::vector<EventPtr> events_of(const Thread& thread, int64_t within_us, int64_t end_us);

}  // namespace walle::trigger
