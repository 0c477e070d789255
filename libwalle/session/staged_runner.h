#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libwalle/session/plan_runner.h"
#include "libwalle/session/stage.h"

namespace walle::session {

/// Most nodes of the graphs of all stages that are kept; then they are forgotten and planned again.
inline constexpr size_t kMostStagedNodes = 500'000;

/// A stage that a run came by, for `explain`.
struct StageVisit {
  std::string inside;  ///< node whose block it is of; "" for the model's own graph
  std::shared_ptr<const Stage> stage;
  int64_t runs = 0;
  std::vector<double> times_us;  ///< by step of the plan, all runs together
};

/// Runs graphs whose shapes are only known while they run: stage by stage, each planned once for equal shapes.
class StagedRunner {
 public:
  StagedRunner(StageContext context, PlanRunner& plans) : context_(std::move(context)), plans_(plans) {}

  /// Runs a graph once. inputs: in its order. visits: (optional) what came by, in order of the first visit.
  /// Errors: deadline_exceeded, cancelled; resource_exhausted over max_value_bytes; what cannot be planned, with the
  /// node named.
  [[nodiscard]] Result<std::vector<engine::AnyValue>> run(Remainder& start, std::vector<engine::AnyValue> inputs,
                                                          const engine::RunOptions& options,
                                                          std::vector<StageVisit>* visits = nullptr);

  /// The stage that comes next for these values, made if it is not there. Errors: as `run`.
  [[nodiscard]] Result<std::shared_ptr<Stage>> stage(Remainder& from, std::span<const engine::AnyValue> values);

 private:
  friend class StagedBlocks;
  struct Run {
    const engine::RunOptions& options;
    std::vector<StageVisit>* visits = nullptr;
  };

  [[nodiscard]] Result<std::vector<engine::AnyValue>> run(Remainder& start, std::vector<engine::AnyValue> inputs,
                                                          const Run& run, const std::string& inside);
  [[nodiscard]] Result<std::vector<engine::AnyValue>> run_stage(const std::shared_ptr<Stage>& stage,
                                                                std::vector<engine::AnyValue> slots, const Run& run,
                                                                const std::string& inside);
  [[nodiscard]] Status run_plan(const Stage& stage, std::vector<engine::AnyValue>& slots, const Run& run,
                                StageVisit* visit);
  [[nodiscard]] Status check_bytes(const std::vector<engine::AnyValue>& values, int64_t more, const Stage& stage) const;
  [[nodiscard]] Status carry_out(const CarriedStep& step, std::vector<engine::AnyValue>& slots, const Run& run);

  StageContext context_;
  PlanRunner& plans_;
  size_t kept_nodes_ = 0;  ///< of stages made since they were last forgotten
};

}  // namespace walle::session
