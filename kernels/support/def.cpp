#include "kernels/support/def.h"

namespace walle::kernels {

double traffic_of(const Problem& problem) {
  double bytes = 0;
  for (const Operand& operand : problem.operands) {
    if (operand.present) bytes += static_cast<double>(bytes_of(operand.dtype, operand.count()));
  }
  for (const Operand& result : problem.results) bytes += static_cast<double>(bytes_of(result.dtype, result.count()));
  return bytes;
}

Work elementwise_work(const Problem& problem, double operations) {
  return {.operations = operations * kReferenceSlowness * static_cast<double>(problem.results[0].count()),
          .bytes = traffic_of(problem),
          .steps = 1};
}

Work multiply_add_work(const Problem& problem) {
  return {.operations = 2 * kReferenceSlowness * multiply_adds(problem), .bytes = traffic_of(problem), .steps = 1};
}

double multiply_adds(const Problem& problem) {
  const auto outputs = static_cast<double>(problem.results[0].count());
  if (problem.family() == Family::matmul) return outputs * static_cast<double>(problem.operands[0].dims.back());
  const Operand& weights = problem.operands[1];
  if (weights.dims[0] == 0) return 0;
  const double filter = static_cast<double>(weights.count()) / static_cast<double>(weights.dims[0]);
  if (problem.family() == Family::conv) return outputs * filter;
  return static_cast<double>(problem.operands[0].count()) * filter;
}

namespace {

/// Families that copy elements as they are, or convert them.
bool carries(Family family) {
  return family == Family::cast || family == Family::quantize || family == Family::dequantize ||
         family == Family::select || family == Family::gather || family == Family::gather_elements ||
         family == Family::gather_nd;
}

}  // namespace

std::optional<Refusal> check_arity(const Problem& problem, size_t least, size_t results) {
  if (problem.operands.size() < least) return Refusal{"too few operands"};
  if (problem.results.size() < results) return Refusal{"too few results"};
  for (size_t i = 0; i < least; ++i) {
    if (!problem.operands[i].present) return Refusal{"a required operand is absent"};
    if (is_storage_only(problem.operands[i].dtype) && !carries(problem.family()))
      return Refusal{"a dtype that only carries data: cast it first"};
  }
  return std::nullopt;
}

}  // namespace walle::kernels
