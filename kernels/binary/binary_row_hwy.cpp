#include "kernels/simd/vector_ops.h"
#include "kernels/support/def.h"
#include "kernels/support/rows.h"

namespace walle::kernels {
namespace {

BinaryOp op_of(const Problem& p) { return std::get<BinaryAttributes>(p.attributes).op; }

RowPlan<3> plan_of(const Problem& p) {
  return row_plan<3>(p.results[0].dims, {p.operands[0].strides, p.operands[1].strides, p.results[0].strides});
}

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 2)) return refusal;
  for (size_t i = 0; i < 2; ++i) {
    if (p.operands[i].dtype != DType::f32) return Refusal{"only f32"};
    if (p.operands[i].dims != p.results[0].dims) return Refusal{"operand and result differ in shape"};
  }
  if (p.results[0].dtype != DType::f32) return Refusal{"only f32"};
  if (binary_row(op_of(p)) == nullptr) return Refusal{"the operator has no vector form"};
  const RowPlan<3> plan = plan_of(p);
  const bool rows = row_stride_is(plan, 0, true) && row_stride_is(plan, 1, true) && row_stride_is(plan, 2, false);
  return refuse_if(!rows, "rows are neither dense nor one repeated value");
}

Work work(const Problem& p, const Params&) {
  return {.operations = 4 * static_cast<double>(p.results[0].count()), .bytes = traffic_of(p), .steps = 1};
}

int64_t tiles(const Problem& p, const Params&) { return plan_of(p).tiles(); }

void run(const Arguments& a, TileRange range) noexcept {
  const RowPlan<3> plan = plan_of(*a.problem);
  const BinaryRow row = binary_row(op_of(*a.problem));
  const auto* x = static_cast<const float*>(a.operands[0]);
  const auto* z = static_cast<const float*>(a.operands[1]);
  auto* y = static_cast<float*>(a.results[0]);
  const auto x_step = static_cast<size_t>(plan.box.strides[0].back());
  const auto z_step = static_cast<size_t>(plan.box.strides[1].back());
  for_rows(plan, range, [&](const auto& at, int64_t length) {
    row(x + at[0], x_step, z + at[1], z_step, y + at[2], static_cast<size_t>(length));
  });
}

}  // namespace

extern const KernelDef kBinaryRowHwy;
const KernelDef kBinaryRowHwy = {.name = "binary_row_hwy",
                                 .family = Family::binary,
                                 .variant = "hwy",
                                 .accepts = accepts,
                                 .work = work,
                                 .tiles = tiles,
                                 .run = run,
                                 .bound = {.relative = 1e-7, .absolute = 1e-38}};

}  // namespace walle::kernels
