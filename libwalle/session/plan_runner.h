#pragma once

#include <memory>
#include <span>
#include <vector>

#include <walle/engine/session.h>

#include "libwalle/session/plan.h"
#include "libwalle/session/thread_pool.h"

namespace walle::session {

/// Memory and threads that the plans of a session are run with, one after the other.
class PlanRunner {
 public:
  explicit PlanRunner(int threads) : pool_(threads) {}

  /// Makes room for the plan's arena and workspace. Errors: resource_exhausted.
  [[nodiscard]] Status reserve(const Plan& plan);

  /// Runs a plan for which there is room. times_us: (optional) by step, time is added. Errors: as `execute`.
  [[nodiscard]] Result<std::vector<engine::Tensor>> run(const Plan& plan, std::span<const engine::Tensor* const> inputs,
                                                        const engine::RunOptions& options,
                                                        std::vector<double>* times_us);

 private:
  ThreadPool pool_;
  SerialParallel serial_;
  std::shared_ptr<void> memory_;  ///< arena and workspace, for the largest plan so far
  size_t memory_bytes_ = 0;
  std::vector<const void*> input_pointers_;
  std::vector<void*> output_pointers_;
};

}  // namespace walle::session
