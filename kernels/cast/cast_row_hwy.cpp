#include <cstring>

#include "kernels/cast/convert.h"
#include "kernels/support/def.h"
#include "kernels/support/rows.h"

namespace walle::kernels {
namespace {

RowPlan<2> plan_of(const Problem& p) {
  return row_plan<2>(p.results[0].dims, {p.operands[0].strides, p.results[0].strides});
}

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 1)) return refusal;
  if (p.operands[0].dims != p.results[0].dims) return Refusal{"operand and result differ in shape"};
  if (std::get<CastAttributes>(p.attributes).bits) return Refusal{"copies bits"};
  if (convert_row(p.operands[0].dtype, p.results[0].dtype) == nullptr)
    return Refusal{"no vector form for these dtypes"};
  const RowPlan<2> plan = plan_of(p);
  return refuse_if(!row_stride_is(plan, 0, false) || !row_stride_is(plan, 1, false), "rows are not dense");
}

Work work(const Problem& p, const Params&) {
  return {.operations = 8 * static_cast<double>(p.results[0].count()), .bytes = traffic_of(p), .steps = 1};
}

int64_t tiles(const Problem& p, const Params&) { return plan_of(p).tiles(); }

void run(const Arguments& a, TileRange range) noexcept {
  const Problem& p = *a.problem;
  const ConvertRow row = convert_row(p.operands[0].dtype, p.results[0].dtype);
  const auto* x = static_cast<const std::byte*>(a.operands[0]);
  auto* y = static_cast<std::byte*>(a.results[0]);
  const int64_t x_size = bits_of(p.operands[0].dtype) / 8;
  const int64_t y_size = bits_of(p.results[0].dtype) / 8;
  for_rows(plan_of(p), range,
           [&](const auto& at, int64_t length) { row(x + at[0] * x_size, y + at[1] * y_size, length); });
}

}  // namespace

extern const KernelDef kCastRowHwy;
const KernelDef kCastRowHwy = {.name = "cast_row_hwy",
                               .family = Family::cast,
                               .variant = "hwy",
                               .accepts = accepts,
                               .work = work,
                               .tiles = tiles,
                               .run = run};

}  // namespace walle::kernels
