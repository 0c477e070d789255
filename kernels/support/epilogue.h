#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>

#include "kernels/abi/kernel.h"
#include "kernels/support/scalar.h"
#include "kernels/support/scalar_ops.h"
#include "kernels/support/walk.h"

namespace walle::kernels {

/// Why an operand of the epilogue that is read by channel (bias, scale) has not one element for each channel; nullopt:
/// it has. Kernels on 8 bits take one for all as well. The channels are axis 1, of a matrix product the last.
[[nodiscard]] std::optional<Refusal> check_channels(const Problem& problem);

/// Why an epilogue cannot be applied to the problem's result; nullopt: it can.
[[nodiscard]] std::optional<Refusal> check_epilogue(const Problem& problem);

/// y after the problem's epilogue, in the wide type W. `channel` is m; `at` the step vector in result 0.
template <class W>
[[nodiscard]] W apply_epilogue(const Arguments& arguments, W y, int64_t channel, std::span<const int64_t> at) {
  const Problem& problem = *arguments.problem;
  for (const EpilogueOp& op : problem.epilogue) {
    const auto index = static_cast<size_t>(std::max(op.operand, 0));
    switch (op.kind) {
      case EpilogueKind::bias_channel: {
        const Operand& bias = problem.operands[index];
        const int64_t stride = bias.dims.empty() ? 0 : bias.strides.back();
        y = add(y, load_as<W>(bias.dtype, arguments.operands[index], channel * stride));
        break;
      }
      case EpilogueKind::unary:
        y = unary_function<W>(op.unary)(y, op.alpha, op.beta);
        break;
      case EpilogueKind::binary_scalar:
        y = binary_function<W>(op.binary)(y, convert<W>(op.alpha));
        break;
      case EpilogueKind::add_operand: {
        const Operand& other = problem.operands[index];
        y = add(y, load_as<W>(other.dtype, arguments.operands[index], offset_of(at, other.strides)));
        break;
      }
      case EpilogueKind::rescale:
      case EpilogueKind::quantize:
        break;  // of 8-bit contractions alone: apply_integer_epilogue
    }
  }
  return y;
}

/// The value of an 8-bit contraction after its epilogue: exact integers up to `rescale`, then every step rounded to f32
/// as vector kernels round it; `quantize` gives the integer to store. `channel` and `at` as above.
[[nodiscard]] double apply_integer_epilogue(const Arguments& arguments, int64_t sum, int64_t channel,
                                            std::span<const int64_t> at);

/// Why the result's dtype is not the one that the epilogue of an 8-bit contraction leaves, or why zero points (operands
/// 2 and 3) are not one for all, or one for each row or channel; nullopt: they are.
[[nodiscard]] std::optional<Refusal> check_integer_result(const Problem& problem);

}  // namespace walle::kernels
