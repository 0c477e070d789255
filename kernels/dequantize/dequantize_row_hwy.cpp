#include "kernels/simd/byte_rows.h"
#include "kernels/support/def.h"
#include "kernels/support/quantization.h"
#include "kernels/support/rows.h"
#include "kernels/support/scalar.h"

namespace walle::kernels {
namespace {

RowPlan<2> plan_of(const Problem& p) {
  return row_plan<2>(p.results[0].dims, {p.operands[0].strides, p.results[0].strides});
}

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 2)) return refusal;
  const DType x = p.operands[0].dtype;
  if (p.results[0].dtype != DType::f32 || p.operands[1].dtype != DType::f32) return Refusal{"only f32"};
  if (x != DType::u8 && x != DType::i8) return Refusal{"only 8 bits"};
  if (p.operands[0].dims != p.results[0].dims) return Refusal{"operand and result differ in shape"};
  if (p.operands[1].count() != 1 || (has_operand(p, 2) && p.operands[2].count() != 1))
    return Refusal{"a scale for each channel or block"};
  const RowPlan<2> plan = plan_of(p);
  return refuse_if(!row_stride_is(plan, 0, false) || !row_stride_is(plan, 1, false), "rows are not dense");
}

Work work(const Problem& p, const Params&) {
  return {.operations = 4 * static_cast<double>(p.results[0].count()), .bytes = traffic_of(p), .steps = 1};
}

int64_t tiles(const Problem& p, const Params&) { return plan_of(p).tiles(); }

void run(const Arguments& a, TileRange range) noexcept {
  const Problem& p = *a.problem;
  const auto scale = load_as<double>(DType::f32, a.operands[1], 0);
  const int64_t zero = has_operand(p, 2) ? load_as<int64_t>(p.operands[2].dtype, a.operands[2], 0) : 0;
  const auto* x = static_cast<const uint8_t*>(a.operands[0]);
  auto* y = static_cast<float*>(a.results[0]);
  for_rows(plan_of(p), range, [&](const auto& at, int64_t length) {
    byte_rows().to_floats(x + at[0], p.operands[0].dtype == DType::i8, y + at[1], static_cast<size_t>(length),
                          static_cast<int32_t>(zero), static_cast<float>(scale));
  });
}

}  // namespace

extern const KernelDef kDequantizeRowHwy;
const KernelDef kDequantizeRowHwy = {.name = "dequantize_row_hwy",
                                     .family = Family::dequantize,
                                     .variant = "hwy",
                                     .accepts = accepts,
                                     .work = work,
                                     .tiles = tiles,
                                     .run = run};

}  // namespace walle::kernels
