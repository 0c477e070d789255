#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "kernels/table/table.h"
#include "tests/conformance/kernels/generate.h"
#include "tests/conformance/kernels/solve.h"

namespace walle::conformance {
namespace {

const KernelDef& reference_of(Family family) {
  for (const KernelDef* kernel : kernels::kernel_table()) {
    if (kernel->family == family && kernel->variant == "ref") return *kernel;
  }
  std::abort();
}

/// The operands of a problem with random contents, and room for its results.
struct Case {
  Case(const Problem& problem, std::mt19937& random) {
    for (const Operand& operand : problem.operands) {
      operands.emplace_back(operand);
      if (operand.data != nullptr)
        std::memcpy(operands.back().data(), operand.data, sizeof(float));
      else
        fill_random(operand, operands.back(), random);
    }
    for (const Operand& result : problem.results) results.emplace_back(result);
  }
  std::vector<Buffer> operands, results;
};

/// Sum of absolute values that each result element adds up: the problem on absolute operands, without its epilogue.
std::vector<double> scales_of(const Problem& problem, const Case& base) {
  if (!is_float(problem.operands[0].dtype)) return {};  // exact sums
  Problem absolute = problem;
  absolute.epilogue.clear();
  Case copy = base;
  if (problem.family() == Family::reduce) {
    auto& op = std::get<ReduceAttributes>(absolute.attributes).op;
    if (op != ReduceOp::prod && op != ReduceOp::sum_square) op = op == ReduceOp::mean ? ReduceOp::mean : ReduceOp::l1;
  }
  for (size_t i = 0; i < copy.operands.size(); ++i) {
    if (problem.operands[i].dtype != DType::f32) continue;
    if (problem.family() == Family::attention && i != 2) continue;  // probabilities are what they are
    for (size_t at = 0; at + 4 <= copy.operands[i].bytes().size(); at += 4) {
      copy.operands[i].bytes()[at + 3] &= std::byte{0x7F};
    }
  }
  solve(reference_of(problem.family()), absolute, {}, copy.operands, copy.results);
  return values_of(problem.results[0], copy.results[0]);
}

bool sums(Family family) {
  return family == Family::matmul || family == Family::conv || family == Family::conv_transpose ||
         family == Family::reduce || family == Family::pool || family == Family::resize || family == Family::attention;
}

class KernelConformance : public testing::TestWithParam<const KernelDef*> {};

void compare(const KernelDef& kernel, const Problem& problem, const Case& expected, const Case& actual,
             const std::vector<double>& scales) {
  for (size_t r = 0; r < problem.results.size(); ++r) {
    const std::vector<double> want = values_of(problem.results[r], expected.results[r]);
    const std::vector<double> got = values_of(problem.results[r], actual.results[r]);
    for (size_t i = 0; i < want.size(); ++i) {
      if (std::isnan(want[i]) && std::isnan(got[i])) continue;
      if (want[i] == got[i]) continue;
      const double scale = r == 0 && i < scales.size() ? std::max(scales[i], std::fabs(want[i])) : std::fabs(want[i]);
      // The reference rounds its result too, hence the last unit.
      const double bound = kernel.bound.absolute + (kernel.bound.relative + 1.2e-7) * scale;
      ASSERT_LE(std::fabs(want[i] - got[i]), bound) << kernel.name << ": element " << i << " is " << got[i]
                                                    << " instead of " << want[i] << " in " << describe(problem);
    }
  }
}

TEST_P(KernelConformance, MatchesReferenceWithinItsBound) {
  const KernelDef& kernel = *GetParam();
  std::mt19937 random(20240229);
  int taken = 0;
  for (const Problem& problem : generate(kernel.family, random)) {
    const KernelDef& reference = reference_of(kernel.family);
    if (reference.accepts(problem) || kernel.accepts(problem)) continue;
    ++taken;
    Case expected(problem, random);
    Case actual = expected;
    solve(reference, problem, {}, expected.operands, expected.results);
    const std::vector<double> scales = sums(kernel.family) ? scales_of(problem, expected) : std::vector<double>{};
    std::vector<Params> choices(1);
    if (kernel.parameters != nullptr) choices = kernel.parameters(problem);
    for (const Params& params : choices) {
      EXPECT_GE(kernel.work(problem, params).steps, 1) << kernel.name;
      Case fresh = actual;
      solve(kernel, problem, params, fresh.operands, fresh.results);
      compare(kernel, problem, expected, fresh, scales);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
  EXPECT_GT(taken, 5) << kernel.name << " takes hardly any of the generated problems";
}

std::vector<const KernelDef*> fast_kernels() {
  std::vector<const KernelDef*> kernels;
  for (const KernelDef* kernel : kernels::kernel_table()) {
    if (kernel->variant != "ref") kernels.push_back(kernel);
  }
  return kernels;
}

INSTANTIATE_TEST_SUITE_P(Table, KernelConformance, testing::ValuesIn(fast_kernels()),
                         [](const auto& param) { return std::string(param.param->name); });

TEST(KernelTable, HasOneReferenceForEachFamily) {
  for (size_t family = 0; family < kFamilyNames.size(); ++family) {
    int references = 0;
    for (const KernelDef* kernel : kernels::kernel_table()) {
      references += kernel->family == static_cast<Family>(family) && kernel->variant == "ref" ? 1 : 0;
    }
    EXPECT_EQ(references, 1) << kFamilyNames[family];
  }
}

}  // namespace
}  // namespace walle::conformance
