#include <algorithm>
#include <cmath>

#include "kernels/support/def.h"
#include "kernels/support/quantization.h"
#include "kernels/support/scalar.h"
#include "kernels/support/walk.h"

namespace walle::kernels {
namespace {

const QuantizeAttributes& attributes_of(const Problem& p) { return std::get<QuantizeAttributes>(p.attributes); }

std::optional<ScaleMap> map_of(const Problem& p, size_t operand) {
  return scale_map(p.operands[0], p.operands[operand], attributes_of(p).axis, attributes_of(p).block);
}

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 2)) return refusal;
  if (p.operands[0].dims != p.results[0].dims) return Refusal{"operand and result differ in shape"};
  const DType dtype = p.results[0].dtype;
  if (!is_small_float(dtype) && (!is_integer(dtype) || bits_of(dtype) > 16))
    return Refusal{"the result is no short integer or small float"};
  if (!is_float(p.operands[1].dtype)) return Refusal{"the scale is not of a float dtype"};
  if (!map_of(p, 1) || (has_operand(p, 2) && !map_of(p, 2))) return Refusal{"scale or zero point has a wrong shape"};
  return std::nullopt;
}

Work work(const Problem& p, const Params&) { return elementwise_work(p, 6); }

void store_small(DType dtype, void* data, int64_t index, double value, bool saturate) {
  const unsigned raw = small_to_bits(dtype, value, saturate);
  if (bits_of(dtype) < 8)
    set_packed(data, bits_of(dtype), index, raw);
  else
    static_cast<uint8_t*>(data)[index] = static_cast<uint8_t>(raw);
}

void run(const Arguments& a, TileRange) noexcept {
  const Problem& p = *a.problem;
  const ScaleMap scales = *map_of(p, 1);
  const bool shifted = has_operand(p, 2) && a.operands[2] != nullptr;
  const ScaleMap zeros = shifted ? *map_of(p, 2) : scales;
  const IntegerRange range = integer_range(p.results[0].dtype);
  const DType dtype = p.results[0].dtype;
  const bool saturate = attributes_of(p).saturate;
  walk_steps<2>(p.results[0].dims, {p.operands[0].strides, p.results[0].strides},
                [&](const Extents& at, const auto& offset) {
                  const auto x = load_as<double>(p.operands[0].dtype, a.operands[0], offset[0]);
                  const auto scale = load_as<double>(p.operands[1].dtype, a.operands[1], scales.at(at));
                  // The quotient is of the scale's precision in every other implementation: ties depend on it.
                  const double quotient = p.operands[1].dtype == DType::f64
                                              ? x / scale
                                              : static_cast<double>(static_cast<float>(x) / static_cast<float>(scale));
                  const double zero = shifted ? load_as<double>(p.operands[2].dtype, a.operands[2], zeros.at(at)) : 0;
                  if (is_small_float(dtype))
                    return store_small(dtype, a.results[0], offset[1], quotient + zero, saturate);
                  const double value = std::nearbyint(quotient) + zero;
                  const double clamped = std::isnan(value) ? zero : std::clamp(value, range.low, range.high);
                  store_as(dtype, a.results[0], offset[1], static_cast<int64_t>(clamped));
                });
}

}  // namespace

extern const KernelDef kQuantizeRef;
const KernelDef kQuantizeRef = {.name = "quantize_ref",
                                .family = Family::quantize,
                                .variant = "ref",
                                .accepts = accepts,
                                .work = work,
                                .tiles = one_tile,
                                .run = run};

}  // namespace walle::kernels
