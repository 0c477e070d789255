#include "kernels/simd/vector_ops.h"
#include "kernels/support/def.h"
#include "kernels/support/rows.h"

namespace walle::kernels {
namespace {

const UnaryAttributes& attributes_of(const Problem& p) { return std::get<UnaryAttributes>(p.attributes); }

RowPlan<2> plan_of(const Problem& p) {
  return row_plan<2>(p.results[0].dims, {p.operands[0].strides, p.results[0].strides});
}

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 1)) return refusal;
  if (p.operands[0].dtype != DType::f32 || p.results[0].dtype != DType::f32) return Refusal{"only f32"};
  if (unary_row(attributes_of(p).op) == nullptr) return Refusal{"the operator has no vector form"};
  if (p.operands[0].dims != p.results[0].dims) return Refusal{"operand and result differ in shape"};
  const RowPlan<2> plan = plan_of(p);
  return refuse_if(!row_stride_is(plan, 0, false) || !row_stride_is(plan, 1, false), "rows are not dense");
}

Work work(const Problem& p, const Params&) {
  return {.operations = 16 * static_cast<double>(p.results[0].count()), .bytes = traffic_of(p), .steps = 1};
}

int64_t tiles(const Problem& p, const Params&) { return plan_of(p).tiles(); }

void run(const Arguments& a, TileRange range) noexcept {
  const UnaryAttributes& attributes = attributes_of(*a.problem);
  const UnaryRow row = unary_row(attributes.op);
  const auto* x = static_cast<const float*>(a.operands[0]);
  auto* y = static_cast<float*>(a.results[0]);
  for_rows(plan_of(*a.problem), range, [&](const auto& at, int64_t length) {
    row(x + at[0], y + at[1], static_cast<size_t>(length), static_cast<float>(attributes.alpha),
        static_cast<float>(attributes.beta));
  });
}

}  // namespace

extern const KernelDef kUnaryRowHwy;
const KernelDef kUnaryRowHwy = {.name = "unary_row_hwy",
                                .family = Family::unary,
                                .variant = "hwy",
                                .accepts = accepts,
                                .work = work,
                                .tiles = tiles,
                                .run = run,
                                .bound = {.relative = 1e-6, .absolute = 1e-6}};

}  // namespace walle::kernels
