#pragma once

#include <atomic>
#include <span>
#include <vector>

#include "libwalle/session/plan.h"

namespace walle::session {

/// What a run of a plan works with. All memory belongs to the caller.
struct Frame {
  std::byte* arena = nullptr;
  std::byte* workspace = nullptr;
  graph::Parallel* parallel = nullptr;
  graph::Parallel* serial = nullptr;
  int64_t deadline_us = 0;
  const std::atomic<bool>* cancel = nullptr;
  std::vector<double>* times_us = nullptr;  ///< (optional) by step of the top plan: time is added
};

/// Runs a plan once. inputs, outputs: one pointer each, in the graph's order. Never allocates but for blocks' pointers.
/// Errors: deadline_exceeded, cancelled (between two steps); what a backend says, with the node named.
[[nodiscard]] Status execute(const Plan& plan, const Frame& frame, std::span<const void* const> inputs,
                             std::span<void* const> outputs);

}  // namespace walle::session
