#include "libwalle/backends/host/host_backend.h"

#include <algorithm>
#include <cstdlib>

#include "kernels/table/table.h"
#include "libwalle/backends/host/isa.h"

namespace walle::backends {
namespace {

constexpr size_t kAlignment = 64;
constexpr size_t round_up(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

size_t workspace_of(const graph::Step& step) {
  const KernelDef& kernel = *step.chosen.kernel;
  return kernel.workspace_bytes == nullptr ? 0 : round_up(kernel.workspace_bytes(*step.problem, step.chosen.params));
}

class HostProgram final : public graph::Program {
 public:
  explicit HostProgram(std::span<const graph::Step> steps) : steps_(steps.begin(), steps.end()) {
    for (const graph::Step& step : steps_) {
      workspace_ = std::max(workspace_, workspace_of(step));
      tiles_.push_back(step.chosen.kernel->tiles(*step.problem, step.chosen.params));
    }
  }

  [[nodiscard]] size_t workspace_bytes(int threads) const override {
    return workspace_ * static_cast<size_t>(std::max(threads, 1));
  }

  [[nodiscard]] Status run(size_t index, std::span<const void* const> operands, std::span<void* const> results,
                           void* workspace, graph::Parallel& parallel) override {
    const graph::Step& step = steps_[index];
    Arguments arguments{.problem = step.problem,
                        .params = step.chosen.params,
                        .operands = operands,
                        .results = results,
                        .packed = step.packed,
                        .workspace = workspace};
    if (tiles_[index] == 1 || parallel.threads() == 1) {
      step.chosen.kernel->run(arguments, {0, tiles_[index]});
      return {};
    }
    parallel.run(tiles_[index], [&](TileRange range, int worker) {
      Arguments own = arguments;
      own.workspace = static_cast<std::byte*>(workspace) + static_cast<size_t>(worker) * workspace_;
      step.chosen.kernel->run(own, range);
    });
    return {};
  }

 private:
  std::vector<graph::Step> steps_;
  std::vector<int64_t> tiles_;
  size_t workspace_ = 0;
};

class HostMemory final : public graph::Memory {
 public:
  [[nodiscard]] bool host_visible() const override { return true; }
  [[nodiscard]] std::shared_ptr<void> allocate(size_t bytes) override {
    return {std::aligned_alloc(kAlignment, std::max(round_up(bytes), kAlignment)), std::free};
  }
};

void offer(const KernelDef& kernel, const Problem& problem, graph::CandidateSink& sink) {
  constexpr size_t kMostParameters = 2;
  std::vector<Params> choices(1);
  if (kernel.parameters != nullptr) choices = kernel.parameters(problem);
  if (choices.size() > kMostParameters) choices.resize(kMostParameters);
  for (const Params& params : choices) {
    sink.offer({.kernel = &kernel, .params = params, .work = kernel.work(problem, params)});
  }
}

}  // namespace

HostBackend::HostBackend(graph::DeviceInfo device, bool (*offers)(const KernelDef&))
    : device_(std::move(device)), offers_(offers) {}

void HostBackend::candidates(const Problem& problem, graph::CandidateSink& sink) {
  for (const KernelDef* kernel : kernels::kernel_table()) {
    if (kernel->family != problem.family() || !offers_(*kernel)) continue;
    if (!cpu_has(kernel->needs)) {
      sink.refuse(kernel->name, {"this processor lacks the instructions that it needs"});
      continue;
    }
    if (const std::optional<Refusal> refusal = kernel->accepts(problem))
      sink.refuse(kernel->name, *refusal);
    else
      offer(*kernel, problem, sink);
  }
}

Result<std::unique_ptr<graph::Program>> HostBackend::compile(std::span<const graph::Step> steps) {
  for (const graph::Step& step : steps) {
    if (step.problem == nullptr || step.chosen.kernel == nullptr || step.chosen.kernel->run == nullptr) {
      return fail(ErrorCode::internal, "a step without a kernel was given to the backend '" + device_.name + "'");
    }
  }
  return std::make_unique<HostProgram>(steps);
}

graph::Memory& HostBackend::memory() {
  static HostMemory memory;
  return memory;
}

}  // namespace walle::backends
