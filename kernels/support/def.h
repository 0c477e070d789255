#pragma once

#include <cstdint>
#include <optional>

#include "kernels/abi/kernel.h"

namespace walle::kernels {

/// Parts that KernelDefs share.
inline int64_t one_tile(const Problem&, const Params&) { return 1; }

/// Bytes of all operands and results, each read or written once.
[[nodiscard]] double traffic_of(const Problem& problem);

/// How many operations of a vector kernel pass in the time of one of a reference kernel.
inline constexpr double kReferenceSlowness = 40;

/// Work of a reference kernel that does `operations` on each element of result 0 and passes over its operands once.
[[nodiscard]] Work elementwise_work(const Problem& problem, double operations);

/// Work of a reference kernel of the multiply-add families.
[[nodiscard]] Work multiply_add_work(const Problem& problem);

/// Multiply-adds of matmul, conv and conv_transpose problems.
[[nodiscard]] double multiply_adds(const Problem& problem);

/// True if operand `i` exists and was given.
[[nodiscard]] inline bool has_operand(const Problem& problem, size_t i) {
  return i < problem.operands.size() && problem.operands[i].present;
}

/// Number of operands of a family before those that only the epilogue names.
[[nodiscard]] inline std::optional<Refusal> refuse_if(bool condition, const char* reason) {
  return condition ? std::optional<Refusal>{Refusal{reason}} : std::nullopt;
}

/// nullopt if the problem has between `least` and `most` operands, `results` or more results, and ranks of at most 8.
[[nodiscard]] std::optional<Refusal> check_arity(const Problem& problem, size_t least, size_t results = 1);

}  // namespace walle::kernels
