#include <algorithm>

#include "kernels/gemm/gemm.h"
#include "kernels/support/def.h"
#include "kernels/support/walk.h"

namespace walle::kernels {
namespace {

constexpr int64_t kBlockRows = 128;  ///< rows of a that stay in the second-level cache

/// The problem as batches of [rows x depth] * [depth x columns]; batch axes that are plain repetition of rows are rows.
struct Plan {
  size_t rank = 0, batch_axes = 0;
  int64_t rows = 1, columns = 1, depth = 0, batches = 1;
  int64_t a_row = 0, y_row = 0;
  int64_t row_blocks = 1, panels = 1;
};

bool rows_continue(const Operand& operand, size_t axis, size_t row_axis, int64_t rows) {
  return operand.dims[axis] == 1 || operand.strides[axis] == rows * operand.strides[row_axis];
}

/// Batch axes fold into rows from the inside out while b does not move and a, y and added operands go on evenly.
void fold_batches(const Problem& p, Plan& plan) {
  const size_t row_axis = plan.rank - 2;
  while (plan.batch_axes > 0) {
    const size_t axis = plan.batch_axes - 1;
    const bool still = p.operands[1].strides[axis] == 0 || p.operands[1].dims[axis] == 1;
    bool even = still && rows_continue(p.operands[0], axis, row_axis, plan.rows) &&
                rows_continue(p.results[0], axis, row_axis, plan.rows);
    for (const EpilogueOp& op : p.epilogue) {
      if (op.kind != EpilogueKind::add_operand) continue;
      even = even && rows_continue(p.operands[static_cast<size_t>(op.operand)], axis, row_axis, plan.rows);
    }
    if (!even) return;
    plan.rows *= p.results[0].dims[axis];
    --plan.batch_axes;
  }
}

Plan plan_of(const Problem& p) {
  const Operand& y = p.results[0];
  Plan plan;
  plan.rank = y.dims.size();
  plan.batch_axes = plan.rank - 2;
  plan.rows = y.dims[plan.rank - 2];
  plan.columns = y.dims[plan.rank - 1];
  plan.depth = p.operands[0].dims[plan.rank - 1];
  plan.a_row = p.operands[0].strides[plan.rank - 2];
  plan.y_row = y.strides[plan.rank - 2];
  fold_batches(p, plan);
  for (size_t i = 0; i < plan.batch_axes; ++i) plan.batches *= y.dims[i];
  plan.row_blocks = (plan.rows + kBlockRows - 1) / kBlockRows;
  plan.panels = (plan.columns + gemm::shape().columns - 1) / gemm::shape().columns;
  return plan;
}

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 2)) return refusal;
  const Operand& a = p.operands[0];
  const Operand& b = p.operands[1];
  const Operand& y = p.results[0];
  if (a.dtype != DType::f32 || b.dtype != DType::f32 || y.dtype != DType::f32) return Refusal{"only f32"};
  const size_t rank = y.dims.size();
  if (rank < 2 || a.dims.size() != rank || b.dims.size() != rank) return Refusal{"ranks differ or are below 2"};
  if (y.strides[rank - 1] != 1 && y.dims[rank - 1] != 1) return Refusal{"the result's last axis is not dense"};
  if (y.count() == 0) return Refusal{"an empty result"};
  return gemm::check_finish(p, rank - 1);
}

Work work(const Problem& p, const Params&) {
  const Plan plan = plan_of(p);
  const auto padded = static_cast<double>(plan.panels * gemm::shape().columns * plan.rows * plan.batches);
  return {.operations = 2 * padded * static_cast<double>(plan.depth), .bytes = traffic_of(p), .steps = 1};
}

/// b repeats for all batches, so that it is packed once.
int64_t packed_batches(const Problem& p, const Plan& plan) {
  for (size_t i = 0; i < plan.batch_axes; ++i) {
    if (p.operands[1].strides[i] != 0 && p.operands[1].dims[i] != 1) return plan.batches;
  }
  return 1;
}

Packing packing(const Problem& p, const Params&) {
  if (!p.operands[1].constant) return {};
  const Plan plan = plan_of(p);
  const size_t one = gemm::packed_columns_bytes(plan.depth, plan.columns);
  return {.operand = 1,
          .bytes = one * static_cast<size_t>(packed_batches(p, plan)),
          .layout = gemm::shape().columns_layout};
}

/// Element offset of batch `index` in an operand or result.
int64_t batch_offset(const Plan& plan, const Operand& operand, const Extents& dims, int64_t index) {
  int64_t offset = 0;
  for (size_t i = plan.batch_axes; i-- > 0;) {
    offset += index % dims[i] * operand.strides[i];
    index /= dims[i];
  }
  return offset;
}

void pack(const Problem& p, const Params&, const void* source, void* destination) {
  const Plan plan = plan_of(p);
  const Operand& b = p.operands[1];
  const size_t one = gemm::packed_columns_bytes(plan.depth, plan.columns) / sizeof(float);
  for (int64_t i = 0; i < packed_batches(p, plan); ++i) {
    gemm::pack_columns(static_cast<const float*>(source) + batch_offset(plan, b, p.results[0].dims, i),
                       b.strides[plan.rank - 2], b.strides[plan.rank - 1], plan.depth, plan.columns,
                       static_cast<float*>(destination) + static_cast<size_t>(i) * one);
  }
}

size_t workspace_bytes(const Problem& p, const Params&) {
  if (p.operands[1].constant) return 0;
  return gemm::packed_columns_bytes(std::min(gemm::kDepth, plan_of(p).depth), gemm::shape().columns);
}

int64_t tiles(const Problem& p, const Params&) {
  const Plan plan = plan_of(p);
  return plan.batches * plan.row_blocks * plan.panels;
}

gemm::Finish finish_of(const Arguments& arguments, const Plan& plan, int64_t batch) {
  const double alpha = std::get<MatMulAttributes>(arguments.problem->attributes).alpha;
  gemm::Finish finish;
  if (alpha != 1) {
    gemm::detail::add_op(finish, {.kind = EpilogueKind::binary_scalar, .binary = BinaryOp::mul, .alpha = alpha},
                         nullptr, 0, 0);
  }
  return gemm::make_finish(arguments, finish, false, plan.rank - 2, 0, [&](const Operand& operand) {
    return batch_offset(plan, operand, arguments.problem->results[0].dims, batch);
  });
}

/// Sets the panel's b for depths [k, k + panel.depth): packed ahead, read in place, or packed now.
void place_b(const Arguments& arguments, const Plan& plan, int64_t batch, int64_t column, int64_t k,
             gemm::Panel& panel) {
  const Problem& p = *arguments.problem;
  const Operand& b = p.operands[1];
  const int64_t unit = gemm::shape().columns;
  if (arguments.packed != nullptr) {
    const size_t one = gemm::packed_columns_bytes(plan.depth, plan.columns) / sizeof(float);
    const auto index = static_cast<size_t>(packed_batches(p, plan) == 1 ? 0 : batch);
    panel.b = static_cast<const float*>(arguments.packed) + index * one + column * plan.depth + k * unit;
    panel.b_depth = unit;
    return;
  }
  const int64_t depth_stride = b.strides[plan.rank - 2];
  const int64_t column_stride = b.strides[plan.rank - 1];
  const float* source = static_cast<const float*>(arguments.operands[1]) +
                        batch_offset(plan, b, p.results[0].dims, batch) + k * depth_stride + column * column_stride;
  if (column_stride == 1 && panel.columns == unit && panel.rows <= 2 * gemm::shape().rows) {
    panel.b = source;
    panel.b_depth = depth_stride;
    return;
  }
  auto* packed = static_cast<float*>(arguments.workspace);
  gemm::pack_columns(source, depth_stride, column_stride, panel.depth, panel.columns, packed);
  panel.b = packed;
  panel.b_depth = unit;
}

void run_tile(const Arguments& arguments, const Plan& plan, int64_t tile) {
  const Problem& p = *arguments.problem;
  const int64_t unit = gemm::shape().columns;
  const int64_t column = tile % plan.panels * unit;
  const int64_t row = tile / plan.panels % plan.row_blocks * kBlockRows;
  const int64_t batch = tile / plan.panels / plan.row_blocks;
  const gemm::Finish finish = finish_of(arguments, plan, batch);
  const float* a = static_cast<const float*>(arguments.operands[0]) +
                   batch_offset(plan, p.operands[0], p.results[0].dims, batch) + row * plan.a_row;
  float* y = static_cast<float*>(arguments.results[0]) + batch_offset(plan, p.results[0], p.results[0].dims, batch) +
             row * plan.y_row + column;
  const int64_t a_depth = p.operands[0].strides[plan.rank - 1];
  gemm::Panel panel{.a_row = plan.a_row,
                    .a_depth = a_depth,
                    .a_block = plan.a_row * gemm::shape().rows,
                    .y = y,
                    .y_row = plan.y_row,
                    .rows = std::min(kBlockRows, plan.rows - row),
                    .columns = std::min(unit, plan.columns - column),
                    .finish = &finish,
                    .row = row,
                    .column = column};
  for (int64_t k = 0; k == 0 || k < plan.depth; k += gemm::kDepth) {
    panel.depth = std::min(gemm::kDepth, plan.depth - k);
    panel.first = k == 0;
    panel.last = k + panel.depth >= plan.depth;
    panel.a = a + k * a_depth;
    place_b(arguments, plan, batch, column, k, panel);
    gemm::multiply(panel);
  }
}

void run(const Arguments& arguments, TileRange range) noexcept {
  const Plan plan = plan_of(*arguments.problem);
  for (int64_t tile = range.begin; tile < range.end; ++tile) run_tile(arguments, plan, tile);
}

}  // namespace

extern const KernelDef kMatmulGemmHwy;
const KernelDef kMatmulGemmHwy = {.name = "matmul_gemm_hwy",
                                  .family = Family::matmul,
                                  .variant = "hwy",
                                  .accepts = accepts,
                                  .work = work,
                                  .packing = packing,
                                  .pack = pack,
                                  .workspace_bytes = workspace_bytes,
                                  .tiles = tiles,
                                  .run = run,
                                  .bound = {.relative = 2e-6, .absolute = 1e-6}};

}  // namespace walle::kernels
