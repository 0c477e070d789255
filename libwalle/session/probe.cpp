#include "libwalle/session/probe.h"

#include <algorithm>
#include <chrono>
#include <cstring>

namespace walle::session {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kLeastRuns = 3;
constexpr int kMostRuns = 200;

double since_us(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

/// The elements that a view spans: before its element 0 (negative strides), and from it on.
struct Reach {
  int64_t before = 0;
  int64_t after = 1;
};

Reach reach_of(const Operand& view) {
  Reach reach;
  for (size_t i = 0; i < view.dims.size(); ++i) {
    if (view.dims[i] <= 0) return {0, 1};
    const int64_t span = (view.dims[i] - 1) * view.strides[i];
    if (span < 0) reach.before -= span;
    if (span > 0) reach.after += span;
  }
  return reach;
}

void fill(DType dtype, void* memory, size_t bytes) {
  if (dtype != DType::f32) {
    std::memset(memory, 0, bytes);
    return;
  }
  auto* values = static_cast<float*>(memory);
  for (size_t i = 0; i < bytes / sizeof(float); ++i) values[i] = 0.5F + static_cast<float>(i % 17) * 0.0625F;
}

}  // namespace

Result<Probe> Probe::create(const Problem& problem, std::span<const void* const> operands, graph::Memory& memory,
                            size_t most_bytes) {
  Probe probe(problem, memory);
  size_t left = most_bytes;
  for (size_t i = 0; i < problem.operands.size(); ++i)
    WALLE_TRY(probe.add_view(problem.operands[i], i < operands.size() ? operands[i] : nullptr, false, left));
  for (const Operand& result : problem.results) WALLE_TRY(probe.add_view(result, nullptr, true, left));
  return probe;
}

Status Probe::add_view(const Operand& view, const void* constant, bool result, size_t& left) {
  if (!view.present || constant != nullptr) {
    operands_.push_back(constant);
    return {};
  }
  const Reach reach = reach_of(view);
  // Rasters and windows may read what their view does not span: a dense tensor of these dims is there in any case.
  const int64_t elements = std::max(reach.before + reach.after, view.count());
  const auto bytes = static_cast<size_t>(bytes_of(view.dtype, elements)) + 64;
  if (bytes > left)
    return fail(ErrorCode::unsupported, "a problem of " + std::to_string(bytes) + " bytes is too large to try");
  left -= bytes;
  std::shared_ptr<void> memory = memory_->allocate(bytes);
  if (!memory) return fail(ErrorCode::resource_exhausted, "no memory for " + std::to_string(bytes) + " bytes");
  fill(view.dtype, memory.get(), bytes);
  auto* first = static_cast<std::byte*>(memory.get()) + bytes_of(view.dtype, reach.before);
  owned_.push_back(std::move(memory));
  if (result)
    results_.push_back(first);
  else
    operands_.push_back(first);
  return {};
}

Result<double> Probe::measure(graph::Backend& backend, const graph::Candidate& candidate, graph::Parallel& parallel,
                              double budget_us) {
  const KernelDef& kernel = *candidate.kernel;
  std::shared_ptr<void> packed;
  if (kernel.packing != nullptr) {
    const Packing packing = kernel.packing(*problem_, candidate.params);
    if (packing.operand >= 0 && packing.bytes > 0) {
      packed = memory_->allocate(packing.bytes);
      if (!packed) return fail(ErrorCode::resource_exhausted, "no memory to pack a weight");
      kernel.pack(*problem_, candidate.params, operands_[static_cast<size_t>(packing.operand)], packed.get());
    }
  }
  const graph::Step step{.problem = problem_, .chosen = candidate, .packed = packed.get()};
  const auto program = WALLE_TRY(backend.compile(std::span(&step, 1)));
  const size_t bytes = program->workspace_bytes(parallel.threads());
  const std::shared_ptr<void> workspace = memory_->allocate(bytes);
  if (!workspace) return fail(ErrorCode::resource_exhausted, "no memory for a workspace");
  WALLE_TRY(program->run(0, operands_, results_, workspace.get(), parallel));
  double best = 0;
  const auto start = Clock::now();
  for (int run = 0; run < kMostRuns && (run < kLeastRuns || since_us(start) < budget_us); ++run) {
    const auto begin = Clock::now();
    WALLE_TRY(program->run(0, operands_, results_, workspace.get(), parallel));
    const double us = since_us(begin);
    best = run == 0 ? us : std::min(best, us);
  }
  return std::max(best, 1e-3);
}

}  // namespace walle::session
