#include "kernels/support/epilogue.h"

#include <cmath>

#include "kernels/support/def.h"
#include "kernels/support/quantization.h"

namespace walle::kernels {
namespace {

bool has_kind(const Problem& problem, EpilogueKind kind) {
  return std::any_of(problem.epilogue.begin(), problem.epilogue.end(),
                     [kind](const EpilogueOp& op) { return op.kind == kind; });
}

bool names_operand(EpilogueKind kind) {
  return kind == EpilogueKind::bias_channel || kind == EpilogueKind::add_operand || kind == EpilogueKind::rescale;
}

/// The operand that an epilogue op reads for this element.
template <class W>
W epilogue_operand(const Arguments& arguments, const EpilogueOp& op, int64_t channel, std::span<const int64_t> at) {
  const auto index = static_cast<size_t>(op.operand);
  const Operand& operand = arguments.problem->operands[index];
  const bool whole = op.kind == EpilogueKind::add_operand;
  const int64_t stride = operand.count() == 1 || operand.dims.empty() ? 0 : operand.strides.back();
  return load_as<W>(operand.dtype, arguments.operands[index],
                    whole ? offset_of(at, operand.strides) : channel * stride);
}

float epilogue_operand_f32(const Arguments& arguments, const EpilogueOp& op, int64_t channel,
                           std::span<const int64_t> at) {
  return static_cast<float>(epilogue_operand<double>(arguments, op, channel, at));
}

}  // namespace

std::optional<Refusal> check_epilogue(const Problem& problem) {
  const bool real = is_float(problem.results[0].dtype) || has_kind(problem, EpilogueKind::rescale);
  for (const EpilogueOp& op : problem.epilogue) {
    if (names_operand(op.kind) && (op.operand < 0 || static_cast<size_t>(op.operand) >= problem.operands.size())) {
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

double apply_integer_epilogue(const Arguments& arguments, int64_t sum, int64_t channel, std::span<const int64_t> at) {
  const Problem& problem = *arguments.problem;
  float real = 0;
  bool rescaled = false;
  for (const EpilogueOp& op : problem.epilogue) {
    switch (op.kind) {
      case EpilogueKind::rescale:
        real = static_cast<float>(sum) * epilogue_operand_f32(arguments, op, channel, at);
        rescaled = true;
        break;
      case EpilogueKind::bias_channel:
      case EpilogueKind::add_operand:
        if (rescaled)
          real += epilogue_operand_f32(arguments, op, channel, at);
        else
          sum += epilogue_operand<int64_t>(arguments, op, channel, at);
        break;
      case EpilogueKind::unary:
        real = static_cast<float>(unary_function<double>(op.unary)(real, op.alpha, op.beta));
        break;
      case EpilogueKind::binary_scalar:
        real = static_cast<float>(binary_function<double>(op.binary)(real, op.alpha));
        break;
      case EpilogueKind::quantize: {
        const IntegerRange range = integer_range(problem.results[0].dtype);
        return std::clamp(static_cast<double>(std::nearbyint(real)) + op.alpha, range.low, range.high);
      }
    }
  }
  return rescaled ? static_cast<double>(real) : static_cast<double>(sum);
}

std::optional<Refusal> check_integer_result(const Problem& problem) {
  const DType dtype = problem.results[0].dtype;
  const bool first = problem.epilogue.empty() || problem.epilogue[0].kind == EpilogueKind::rescale ||
                     (problem.epilogue.size() > 1 && problem.epilogue[0].kind == EpilogueKind::bias_channel &&
                      problem.epilogue[1].kind == EpilogueKind::rescale);
  if (!has_kind(problem, EpilogueKind::rescale))
    return refuse_if(dtype != DType::i32 || !problem.epilogue.empty(), "8-bit operands give i32");
  if (!first) return Refusal{"only a bias comes before rescale"};
  const bool quantized = problem.epilogue[problem.epilogue.size() - 1].kind == EpilogueKind::quantize;
  return quantized ? refuse_if(dtype != DType::u8 && dtype != DType::i8, "quantize gives 8 bits")
                   : refuse_if(dtype != DType::f32, "rescale gives f32");
}

}  // namespace walle::kernels
