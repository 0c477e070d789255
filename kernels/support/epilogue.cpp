#include "kernels/support/epilogue.h"

namespace walle::kernels {

std::optional<Refusal> check_epilogue(const Problem& problem) {
  const bool real = is_float(problem.results[0].dtype);
  for (const EpilogueOp& op : problem.epilogue) {
    const bool names_operand = op.kind == EpilogueKind::bias_channel || op.kind == EpilogueKind::add_operand;
    if (names_operand && (op.operand < 0 || static_cast<size_t>(op.operand) >= problem.operands.size())) {
      return Refusal{"the epilogue names an operand that does not exist"};
    }
    if (op.kind == EpilogueKind::add_operand &&
        problem.operands[static_cast<size_t>(op.operand)].dims != problem.results[0].dims) {
      return Refusal{"the epilogue adds an operand of another shape"};
    }
    if (op.kind == EpilogueKind::unary) {
      const bool defined =
          real ? unary_function<double>(op.unary) != nullptr : unary_function<int64_t>(op.unary) != nullptr;
      if (!defined || gives_boolean(op.unary)) return Refusal{"the epilogue's operator is not defined on the dtype"};
    }
    if (op.kind == EpilogueKind::binary_scalar) {
      const bool defined =
          real ? binary_function<double>(op.binary) != nullptr : binary_function<int64_t>(op.binary) != nullptr;
      if (!defined || gives_boolean(op.binary)) return Refusal{"the epilogue's operator is not defined on the dtype"};
    }
  }
  return std::nullopt;
}

}  // namespace walle::kernels
