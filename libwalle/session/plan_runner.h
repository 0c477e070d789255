#pragma once

#include <memory>
#include <span>
#include <vector>

#include <walle/engine/session.h>

#include "libwalle/session/charge.h"
#include "libwalle/session/plan.h"
#include "libwalle/session/thread_pool.h"

namespace walle::session {

/// Memory and threads that the plans of a session are run with, one after the other.
class PlanRunner {
 public:
  /// most_bytes: of a plan's arena, workspace and outputs together. budget: pays for arena and workspace; null: nobody.
  PlanRunner(int threads, int64_t most_bytes, std::shared_ptr<engine::MemoryBudget> budget = nullptr)
      : pool_(threads), most_bytes_(most_bytes), budget_(std::move(budget)) {}

  /// Makes room for the plan's arena and workspace. Errors: resource_exhausted, also where it would take too much.
  [[nodiscard]] Status reserve(const Plan& plan);

  /// Runs a plan. times_us: (optional) by step, time is added. Errors: as `reserve` and `execute`.
  [[nodiscard]] Result<std::vector<engine::Tensor>> run(const Plan& plan, std::span<const engine::Tensor* const> inputs,
                                                        const engine::RunOptions& options,
                                                        std::vector<double>* times_us);

 private:
  ThreadPool pool_;
  SerialParallel serial_;
  int64_t most_bytes_;
  std::shared_ptr<engine::MemoryBudget> budget_;
  Charge charge_;
  std::shared_ptr<void> memory_;  ///< arena and workspace, for the largest plan so far
  size_t memory_bytes_ = 0;
  std::vector<const void*> input_pointers_;
  std::vector<void*> output_pointers_;
};

}  // namespace walle::session
