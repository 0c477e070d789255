#include "libwalle/session/plan_runner.h"

#include "libwalle/session/environment.h"
#include "libwalle/session/executor.h"
#include "libwalle/session/run_bytes.h"

namespace walle::session {
namespace {

constexpr size_t kAlignment = 64;
size_t aligned(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

}  // namespace

Status PlanRunner::reserve(const Plan& plan) {
  WALLE_TRY(check_run_bytes(plan, most_bytes_));
  const size_t bytes = aligned(static_cast<size_t>(plan.arena_bytes)) + aligned(plan.workspace_bytes) + kAlignment;
  if (bytes <= memory_bytes_) return {};
  graph::Backend* host = environment().reference();
  if (host == nullptr) return fail(ErrorCode::internal, "this build has no reference backend");
  memory_.reset();
  memory_bytes_ = 0;
  charge_ = Charge();
  charge_ = WALLE_TRY(Charge::take(budget_, static_cast<int64_t>(bytes), "an arena"));
  memory_ = host->memory().allocate(bytes);
  if (!memory_)
    return fail(ErrorCode::resource_exhausted, "no memory for an arena of " + std::to_string(bytes) + " bytes");
  memory_bytes_ = bytes;
  return {};
}

Result<std::vector<engine::Tensor>> PlanRunner::run(const Plan& plan, std::span<const engine::Tensor* const> inputs,
                                                    const engine::RunOptions& options, std::vector<double>* times_us) {
  WALLE_TRY(reserve(plan));  // there is no room left where a larger plan was refused it
  std::vector<engine::Tensor> outputs;
  outputs.reserve(plan.outputs.size());
  input_pointers_.clear();
  output_pointers_.clear();
  for (const engine::Tensor* input : inputs) input_pointers_.push_back(input->data());
  for (const PlanOutput& output : plan.outputs) {
    outputs.push_back(WALLE_TRY(engine::Tensor::empty(output.dtype, output.dims)));
    output_pointers_.push_back(outputs.back().mutable_data());
  }
  auto* arena = static_cast<std::byte*>(memory_.get());
  const Frame frame{.arena = arena,
                    .workspace = arena + aligned(static_cast<size_t>(plan.arena_bytes)),
                    .parallel = &pool_,
                    .serial = &serial_,
                    .deadline_us = options.deadline_us,
                    .cancel = options.cancel,
                    .times_us = times_us};
  WALLE_TRY(execute(plan, frame, input_pointers_, output_pointers_));
  return outputs;
}

}  // namespace walle::session
