#include <algorithm>

#include "kernels/conv/im2col.h"
#include "kernels/gemm/gemm.h"
#include "kernels/support/def.h"
#include "kernels/support/window.h"

namespace walle::kernels {
namespace {

const ConvAttributes& attributes_of(const Problem& p) { return std::get<ConvAttributes>(p.attributes); }

/// Each image and group is y[rows x columns] = w[rows x depth] * columns(x)[depth x columns].
struct Plan {
  WindowAxes axes;
  int64_t group = 1, rows = 0, columns = 0, depth = 0;
  int64_t row_block = 0, row_blocks = 1, panels = 1;
  bool pointwise = false;  ///< columns(x) is x itself
};

Plan plan_of(const Problem& p) {
  const Operand& x = p.operands[0];
  const Operand& w = p.operands[1];
  const Operand& y = p.results[0];
  Plan plan{.axes = window_axes(attributes_of(p).window, x, &w, y), .group = attributes_of(p).group};
  plan.rows = w.dims[0] / plan.group;
  plan.columns = plan.axes[1].out * plan.axes[2].out;
  plan.depth = w.dims[1] * plan.axes[1].kernel * plan.axes[2].kernel;
  plan.panels = (plan.columns + gemm::shape().columns - 1) / gemm::shape().columns;
  plan.pointwise = plan.axes[1].in == plan.axes[1].out && plan.axes[2].in == plan.axes[2].out;
  for (const WindowAxis& axis : plan.axes) {
    plan.pointwise = plan.pointwise && axis.kernel == 1 && axis.stride == 1 && axis.pad_begin == 0;
  }
  plan.pointwise = plan.pointwise && (plan.axes[1].in == 1 || plan.axes[1].x_stride == plan.axes[2].in);
  // Few columns: rows are split too, so that several threads find work.
  const int64_t wanted = p.threads == 1 ? 1 : 4 * p.threads;
  const int64_t others = y.dims[0] * plan.group * plan.panels;
  const int64_t splits = std::max<int64_t>(1, std::min(wanted / std::max<int64_t>(others, 1), plan.rows / 32));
  const int64_t unit = gemm::shape().rows;
  plan.row_block = ((plan.rows + splits - 1) / splits + unit - 1) / unit * unit;
  plan.row_blocks = (plan.rows + plan.row_block - 1) / plan.row_block;
  return plan;
}

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 2)) return refusal;
  const Operand& x = p.operands[0];
  const Operand& w = p.operands[1];
  const Operand& y = p.results[0];
  if (x.dtype != DType::f32 || w.dtype != DType::f32 || y.dtype != DType::f32) return Refusal{"only f32"};
  if (const char* fault = window_fault(attributes_of(p).window, x, y)) return Refusal{fault};
  if (x.dims.size() > 4) return Refusal{"only one or two spatial axes"};
  if (y.count() == 0 || x.count() == 0) return Refusal{"an empty operand"};
  if (w.dims[0] / attributes_of(p).group < 2 && w.dims[1] == 1 && attributes_of(p).group > 1) {
    return Refusal{"depthwise: one row a group"};
  }
  if (!w.contiguous()) return Refusal{"weights that are not dense"};
  if (x.strides.back() != 1 && x.dims.back() != 1) return Refusal{"the operand's last axis is not dense"};
  if (y.strides.back() != 1 && y.dims.back() != 1) return Refusal{"the result's last axis is not dense"};
  if (y.dims.size() == 4 && y.dims[2] != 1 && y.strides[2] != y.dims[3])
    return Refusal{"the result's planes are not dense"};
  return gemm::check_finish(p, 2);
}

Work work(const Problem& p, const Params&) {
  const Plan plan = plan_of(p);
  const auto images = static_cast<double>(p.results[0].dims[0] * plan.group);
  const auto width = static_cast<double>(plan.panels * gemm::shape().columns);
  const double multiplies = images * width * static_cast<double>(plan.depth);
  // Packing a column element costs about as much as four multiply-adds with it.
  return {.operations = 2 * multiplies * (static_cast<double>(plan.rows) + 4), .bytes = traffic_of(p), .steps = 1};
}

Packing packing(const Problem& p, const Params&) {
  if (!p.operands[1].constant) return {};
  const Plan plan = plan_of(p);
  return {.operand = 1,
          .bytes = static_cast<size_t>(plan.group) * gemm::packed_rows_bytes(plan.rows, plan.depth),
          .layout = gemm::shape().layout};
}

void pack(const Problem& p, const Params&, const void* source, void* destination) {
  const Plan plan = plan_of(p);
  const size_t one = gemm::packed_rows_bytes(plan.rows, plan.depth) / sizeof(float);
  for (int64_t g = 0; g < plan.group; ++g) {
    gemm::pack_rows(static_cast<const float*>(source) + g * plan.rows * plan.depth, plan.depth, 1, plan.rows,
                    plan.depth, static_cast<float*>(destination) + static_cast<size_t>(g) * one);
  }
}

size_t workspace_bytes(const Problem& p, const Params&) {
  return gemm::packed_columns_bytes(std::min(gemm::kDepth, plan_of(p).depth), gemm::shape().columns);
}

int64_t tiles(const Problem& p, const Params&) {
  const Plan plan = plan_of(p);
  return p.results[0].dims[0] * plan.group * plan.row_blocks * plan.panels;
}

void run_tile(const Arguments& arguments, const Plan& plan, int64_t tile) {
  const Problem& p = *arguments.problem;
  const Operand& x = p.operands[0];
  const Operand& y = p.results[0];
  const int64_t unit = gemm::shape().columns;
  const int64_t column = tile % plan.panels * unit;
  const int64_t row = tile / plan.panels % plan.row_blocks * plan.row_block;
  const int64_t group = tile / plan.panels / plan.row_blocks % plan.group;
  const int64_t image = tile / plan.panels / plan.row_blocks / plan.group;
  const gemm::Finish finish = gemm::make_finish(arguments, {}, true, 1, group * plan.rows, [&](const Operand& operand) {
    return image * operand.strides[0] + group * plan.rows * operand.strides[1];
  });
  const float* source = static_cast<const float*>(arguments.operands[0]) + image * x.strides[0] +
                        group * p.operands[1].dims[1] * x.strides[1];
  float* result = static_cast<float*>(arguments.results[0]) + image * y.strides[0] +
                  (group * plan.rows + row) * y.strides[1] + column;
  const bool packed = arguments.packed != nullptr;
  const size_t group_size = gemm::packed_rows_bytes(plan.rows, plan.depth) / sizeof(float);
  const float* weights =
      packed ? static_cast<const float*>(arguments.packed) + static_cast<size_t>(group) * group_size + row * plan.depth
             : static_cast<const float*>(arguments.operands[1]) + (group * plan.rows + row) * plan.depth;
  const int64_t rows_unit = gemm::shape().rows;
  gemm::Panel panel{.a_row = packed ? 1 : plan.depth,
                    .a_depth = packed ? rows_unit : 1,
                    .a_block = plan.depth * rows_unit,
                    .y = result,
                    .y_row = y.strides[1],
                    .rows = std::min(plan.row_block, plan.rows - row),
                    .columns = std::min(unit, plan.columns - column),
                    .finish = &finish,
                    .row = row,
                    .column = column};
  const conv::Columns columns(plan.axes, x.strides[1], column, panel.columns, unit);
  const bool direct = plan.pointwise && panel.columns == unit && panel.rows <= 4 * rows_unit;
  auto* workspace = static_cast<float*>(arguments.workspace);
  for (int64_t k = 0; k < plan.depth; k += gemm::kDepth) {
    panel.depth = std::min(gemm::kDepth, plan.depth - k);
    panel.first = k == 0;
    panel.last = k + panel.depth >= plan.depth;
    panel.a = weights + k * panel.a_depth;
    if (direct) {
      panel.b = source + k * x.strides[1] + column;
      panel.b_depth = x.strides[1];
    } else {
      columns.pack(source, k, panel.depth, workspace);
      panel.b = workspace;
      panel.b_depth = unit;
    }
    gemm::multiply(panel);
  }
}

void run(const Arguments& arguments, TileRange range) noexcept {
  const Plan plan = plan_of(*arguments.problem);
  for (int64_t tile = range.begin; tile < range.end; ++tile) run_tile(arguments, plan, tile);
}

}  // namespace

extern const KernelDef kConvGemmHwy;
const KernelDef kConvGemmHwy = {.name = "conv_gemm_hwy",
                                .family = Family::conv,
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
