#include <algorithm>
#include <cmath>

#include "kernels/simd/vector_ops.h"
#include "kernels/support/def.h"
#include "kernels/support/rows.h"
#include "kernels/support/scalar.h"

namespace walle::kernels {
namespace {

RowPlan<2> plan_of(const Problem& p) {
  return row_plan<2>(p.results[0].dims, {p.operands[0].strides, p.results[0].strides});
}

/// The one exponent of the problem, if it is known while planning.
std::optional<double> exponent_of(const Problem& p) {
  const Operand& exponent = p.operands[1];
  if (!exponent.constant || exponent.data == nullptr || bits_of(exponent.dtype) < 8) return std::nullopt;
  for (size_t i = 0; i < exponent.dims.size(); ++i) {
    if (exponent.dims[i] != 1 && exponent.strides[i] != 0) return std::nullopt;
  }
  return load_as<double>(exponent.dtype, exponent.data, 0);
}

/// x^e for the exponents of real models.
struct Power {
  double exponent;
  UnaryOp op;
};
constexpr Power kPowers[] = {{2, UnaryOp::square},
                             {0.5, UnaryOp::sqrt},
                             {-1, UnaryOp::reciprocal},
                             {-0.5, UnaryOp::rsqrt},
                             {1, UnaryOp::identity}};

const Power* power_of(const Problem& p) {
  const std::optional<double> exponent = exponent_of(p);
  if (!exponent) return nullptr;
  const auto* found = std::find_if(std::begin(kPowers), std::end(kPowers),
                                   [&](const Power& power) { return power.exponent == *exponent; });
  return found == std::end(kPowers) ? nullptr : found;
}

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 2)) return refusal;
  if (std::get<BinaryAttributes>(p.attributes).op != BinaryOp::pow) return Refusal{"not a power"};
  if (p.operands[0].dtype != DType::f32 || p.results[0].dtype != DType::f32) return Refusal{"only f32"};
  if (p.operands[0].dims != p.results[0].dims) return Refusal{"operand and result differ in shape"};
  if (power_of(p) == nullptr) return Refusal{"the exponent is not one known constant of 2, 1, 1/2, -1/2, -1"};
  const RowPlan<2> plan = plan_of(p);
  return refuse_if(!row_stride_is(plan, 0, false) || !row_stride_is(plan, 1, false), "rows are not dense");
}

Work work(const Problem& p, const Params&) {
  return {.operations = 4 * static_cast<double>(p.results[0].count()), .bytes = traffic_of(p), .steps = 1};
}

int64_t tiles(const Problem& p, const Params&) { return plan_of(p).tiles(); }

void run(const Arguments& a, TileRange range) noexcept {
  const UnaryRow row = unary_row(power_of(*a.problem)->op);
  const auto* x = static_cast<const float*>(a.operands[0]);
  auto* y = static_cast<float*>(a.results[0]);
  for_rows(plan_of(*a.problem), range,
           [&](const auto& at, int64_t length) { row(x + at[0], y + at[1], static_cast<size_t>(length), 0, 0); });
}

}  // namespace

extern const KernelDef kBinaryPowerHwy;
const KernelDef kBinaryPowerHwy = {.name = "binary_power_hwy",
                                   .family = Family::binary,
                                   .variant = "hwy",
                                   .accepts = accepts,
                                   .work = work,
                                   .tiles = tiles,
                                   .run = run,
                                   .bound = {.relative = 3e-7, .absolute = 1e-38}};

}  // namespace walle::kernels
