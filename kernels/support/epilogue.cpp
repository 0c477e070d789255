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

bool is_product(const Problem& problem) { return std::holds_alternative<MatMulAttributes>(problem.attributes); }

size_t channel_axis(const Problem& problem) { return is_product(problem) ? problem.results[0].dims.size() - 1 : 1; }

/// A zero point: one for all, one for each index along `axis` of the result, or (of a product) broadcast to it.
bool zero_fits(const Problem& problem, size_t index, size_t axis) {
  if (!has_operand(problem, index) || problem.operands[index].count() == 1) return true;
  const Extents& zero = problem.operands[index].dims;
  const Extents& y = problem.results[0].dims;
  if (zero.size() == 1) return zero[0] == y[axis];
  bool fits = is_product(problem) && zero.size() == y.size();
  for (size_t i = 0; fits && i < y.size(); ++i) fits = zero[i] == 1 || zero[i] == y[i];
  return fits;
}

bool zeros_fit(const Problem& problem) {
  const size_t channels = channel_axis(problem);
  if (is_product(problem)) return zero_fits(problem, 2, channels - 1) && zero_fits(problem, 3, channels);
  return (!has_operand(problem, 2) || problem.operands[2].count() == 1) && zero_fits(problem, 3, channels);
}

}  // namespace

std::optional<Refusal> check_channels(const Problem& problem) {
  const Extents& y = problem.results[0].dims;
  for (const EpilogueOp& op : problem.epilogue) {
    if (op.kind != EpilogueKind::bias_channel && op.kind != EpilogueKind::rescale) continue;
    if (op.operand < 0 || static_cast<size_t>(op.operand) >= problem.operands.size())
      return Refusal{"the epilogue names an operand that does not exist"};
    const Operand& operand = problem.operands[static_cast<size_t>(op.operand)];
    const size_t axis = channel_axis(problem);
    const bool one = operand.dims.empty() || (operand.count() == 1 && has_kind(problem, EpilogueKind::rescale));
    if (!one && (axis >= y.size() || operand.count() != y[axis])) return Refusal{"a bias or scale of another length"};
  }
  return std::nullopt;
}

std::optional<Refusal> check_epilogue(const Problem& problem) {
  if (auto refusal = check_channels(problem)) return refusal;
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
  if (!zeros_fit(problem)) return Refusal{"zero points do not fit"};
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
