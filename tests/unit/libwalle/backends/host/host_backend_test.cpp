#include "libwalle/backends/host/host_backend.h"

#include <gtest/gtest.h>

#include <set>

#include "libwalle/backends/host/isa.h"

namespace walle::backends {
namespace {

class Collector final : public graph::CandidateSink {
 public:
  void offer(const graph::Candidate& candidate) override { offered.push_back(candidate); }
  void refuse(std::string_view kernel, Refusal refusal) override {
    EXPECT_FALSE(refusal.reason.empty()) << kernel;
    refused.insert(std::string(kernel));
  }
  std::vector<graph::Candidate> offered;
  std::set<std::string> refused;
};

class OneThread final : public graph::Parallel {
 public:
  [[nodiscard]] int threads() const override { return 2; }
  void run(int64_t tiles, const std::function<void(TileRange, int)>& work) override {
    for (int64_t i = 0; i < tiles; ++i) work({i, i + 1}, static_cast<int>(i % 2));
  }
};

Problem product(int64_t size) {
  const Operand square{.dims = {size, size}, .strides = {size, 1}};
  return {.attributes = MatMulAttributes{}, .operands = {square, square}, .results = {square}};
}

HostBackend all() {
  return {{.name = "cpu"}, [](const KernelDef&) { return true; }};
}

TEST(HostBackend, OffersTheReferenceAndFasterKernels) {
  HostBackend backend = all();
  Collector collector;
  const Problem problem = product(8);
  backend.candidates(problem, collector);
  std::set<std::string_view> names;
  for (const graph::Candidate& candidate : collector.offered) names.insert(candidate.kernel->name);
  EXPECT_TRUE(names.contains("matmul_ref"));
  EXPECT_TRUE(names.contains("matmul_gemm_hwy"));
}

TEST(HostBackend, GivesReasonsForRefusals) {
  HostBackend backend = all();
  Collector collector;
  Problem problem = product(8);
  for (Operand* operand : {&problem.operands[0], &problem.operands[1], &problem.results[0]})
    operand->dtype = DType::f64;
  backend.candidates(problem, collector);
  EXPECT_TRUE(collector.refused.contains("matmul_gemm_hwy"));
}

TEST(HostBackend, RunsAStepInTilesWithWorkspaceForEachWorker) {
  HostBackend backend = all();
  Collector collector;
  const Problem problem = product(200);
  backend.candidates(problem, collector);
  const std::vector<float> a(200 * 200, 0.5F);
  for (const graph::Candidate& candidate : collector.offered) {
    const graph::Step step{.problem = &problem, .chosen = candidate};
    auto program = backend.compile({&step, 1});
    ASSERT_TRUE(program);
    const std::shared_ptr<void> workspace = backend.memory().allocate((*program)->workspace_bytes(2));
    std::vector<float> y(200 * 200);
    const void* operands[] = {a.data(), a.data()};
    void* results[] = {y.data()};
    OneThread parallel;
    ASSERT_TRUE((*program)->run(0, operands, results, workspace.get(), parallel));
    for (const float value : y) ASSERT_EQ(value, 50) << candidate.kernel->name;
  }
}

TEST(HostBackend, RefusesAStepWithoutKernel) {
  HostBackend backend = all();
  const graph::Step step{};
  EXPECT_FALSE(backend.compile({&step, 1}));
}

TEST(Isa, BaselineIsAlwaysThere) {
  EXPECT_TRUE(cpu_has(Isa::baseline));
  EXPECT_FALSE(cpu_description().empty());
}

}  // namespace
}  // namespace walle::backends
