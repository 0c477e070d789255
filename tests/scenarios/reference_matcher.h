#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ipc/wire/event.h"
#include "streamd/trigger/condition.h"

namespace walle::trigger {

/// One firing: when, and the numbers (from 0) of the events that met the condition.
struct ReferenceFired {
  int64_t time_us = 0;
  std::vector<size_t> events;
  bool operator==(const ReferenceFired&) const = default;
  auto operator<=>(const ReferenceFired&) const = default;
};

/// What a sequence condition has to fire on, by trying every way to match at every event. Exponential; written from
/// the rules in condition.h alone, to judge the trie by. `added_before`: the number of events that came before the
/// condition was added. Time ends at `end_us`.
[[nodiscard]] std::vector<ReferenceFired> reference_matches(const Condition& condition,
                                                            const std::vector<wire::Event>& events, size_t added_before,
                                                            int64_t end_us);

}  // namespace walle::trigger
