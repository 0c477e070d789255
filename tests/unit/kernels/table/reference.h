#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

#include "kernels/support/scalar.h"
#include "kernels/table/table.h"

namespace walle::testing_support {

[[nodiscard]] inline Operand dense(const Extents& dims, DType dtype = DType::f32) {
  return {.dtype = dtype, .dims = dims, .strides = dense_strides(dims)};
}

/// A problem with dense operands and results.
[[nodiscard]] inline Problem problem(FamilyAttributes attributes, std::vector<Operand> operands,
                                     std::vector<Operand> results) {
  return {.attributes = std::move(attributes), .operands = std::move(operands), .results = std::move(results)};
}

using Values = std::vector<double>;

/// Runs the reference kernel on dense operands with these values; gives the values of each result. An operand with no
/// values is absent.
[[nodiscard]] inline std::vector<Values> solve(Problem problem, const std::vector<Values>& inputs) {
  const KernelDef* kernel = nullptr;
  for (const KernelDef* candidate : kernels::kernel_table()) {
    if (candidate->family == problem.family() && candidate->variant == "ref") kernel = candidate;
  }
  std::vector<std::vector<std::byte>> memory;
  const auto allocate = [&](const Operand& operand) {
    memory.emplace_back(static_cast<size_t>(bytes_of(operand.dtype, operand.count())) + 8);
    return memory.back().data();
  };
  std::vector<const void*> operands;
  std::vector<void*> results;
  for (size_t i = 0; i < problem.operands.size(); ++i) {
    problem.operands[i].present = !inputs[i].empty() || problem.operands[i].count() == 0;
    void* data = allocate(problem.operands[i]);
    for (size_t j = 0; j < inputs[i].size(); ++j) {
      kernels::store_as(problem.operands[i].dtype, data, static_cast<int64_t>(j), inputs[i][j]);
    }
    operands.push_back(problem.operands[i].present ? data : nullptr);
  }
  for (const Operand& result : problem.results) results.push_back(allocate(result));
  const std::optional<Refusal> refusal = kernel->accepts(problem);
  EXPECT_FALSE(refusal) << (refusal ? refusal->reason : "");
  if (refusal) return {};
  std::vector<std::byte> workspace(kernel->workspace_bytes == nullptr ? 0 : kernel->workspace_bytes(problem, {}));
  kernel->run({.problem = &problem, .operands = operands, .results = results, .workspace = workspace.data()},
              {0, kernel->tiles(problem, {})});
  std::vector<Values> values(results.size());
  for (size_t i = 0; i < results.size(); ++i) {
    for (int64_t j = 0; j < problem.results[i].count(); ++j) {
      values[i].push_back(kernels::load_as<double>(problem.results[i].dtype, results[i], j));
    }
  }
  return values;
}

inline void expect_near(const Values& actual, const Values& expected, double relative = 2e-6) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(actual[i], expected[i], relative * std::max(1.0, std::fabs(expected[i]))) << "element " << i;
  }
}

[[nodiscard]] inline Values count_from(double first, int count) {
  Values values;
  for (int i = 0; i < count; ++i) values.push_back(first + i);
  return values;
}

}  // namespace walle::testing_support
