#include "kernels/gemm/gemm.h"
#include "kernels/support/epilogue.h"

namespace walle::kernels::gemm {
namespace {

/// An added operand runs along columns as densely as the result, so that one column stride of 1 serves.
bool dense_from(const Operand& operand, size_t axis) {
  int64_t expected = 1;
  for (size_t i = operand.dims.size(); i-- > axis;) {
    if (operand.dims[i] != 1 && operand.strides[i] != expected) return false;
    expected *= operand.dims[i];
  }
  return true;
}

bool is_untouched(const Finish& finish) {
  return finish.count == 0 && finish.low == -std::numeric_limits<float>::infinity() &&
         finish.high == std::numeric_limits<float>::infinity();
}

}  // namespace

std::optional<Refusal> check_finish(const Problem& problem, size_t column_axis) {
  if (auto refusal = check_channels(problem)) return refusal;
  for (const EpilogueOp& op : problem.epilogue) {
    if (op.kind == EpilogueKind::unary && unary_row(op.unary) == nullptr)
      return Refusal{"an epilogue without vector form"};
    if (op.kind == EpilogueKind::binary_scalar && binary_row(op.binary) == nullptr) {
      return Refusal{"an epilogue without vector form"};
    }
    if (op.kind != EpilogueKind::bias_channel && op.kind != EpilogueKind::add_operand) continue;
    if (op.operand < 0 || static_cast<size_t>(op.operand) >= problem.operands.size()) {
      return Refusal{"the epilogue names an operand that does not exist"};
    }
    const Operand& operand = problem.operands[static_cast<size_t>(op.operand)];
    if (operand.dtype != DType::f32) return Refusal{"an epilogue operand that is not f32"};
    if (op.kind == EpilogueKind::bias_channel && !operand.dims.empty() &&
        (operand.strides.back() < 0 || operand.strides.back() > 1)) {
      return Refusal{"a bias that is not dense"};
    }
    if (op.kind == EpilogueKind::add_operand &&
        (operand.dims != problem.results[0].dims || !dense_from(operand, column_axis))) {
      return Refusal{"an added operand that is not dense"};
    }
  }
  return std::nullopt;
}

namespace detail {

void add_op(Finish& finish, const EpilogueOp& op, const float* operand, int64_t row_stride, int64_t column_stride) {
  // A bias that is not first, or lies apart, is one operator more: its column stride is 0 or 1 (check_finish).
  if (op.kind == EpilogueKind::bias_channel && is_untouched(finish) && finish.bias == nullptr) {
    finish.bias = operand;
    finish.bias_row_stride = row_stride;
    finish.bias_column_stride = column_stride;
    return;
  }
  if (op.kind == EpilogueKind::unary && is_untouched(finish)) {
    if (op.unary == UnaryOp::relu) {
      finish.low = 0;
      return;
    }
    if (op.unary == UnaryOp::clip && op.alpha <= op.beta) {
      finish.low = static_cast<float>(op.alpha);
      finish.high = static_cast<float>(op.beta);
      return;
    }
  }
  Finish::Op& last = finish.ops[static_cast<size_t>(finish.count++)];
  last = {.alpha = static_cast<float>(op.alpha),
          .beta = static_cast<float>(op.beta),
          .operand = operand,
          .row_stride = row_stride,
          .column_stride = column_stride};
  if (op.kind == EpilogueKind::unary)
    last.unary = unary_row(op.unary);
  else
    last.binary = binary_row(op.kind == EpilogueKind::binary_scalar ? op.binary : BinaryOp::add);
}

}  // namespace detail
}  // namespace walle::kernels::gemm
