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
  int64_t group_panels = 1,
          panel_groups = 1;  ///< panels that one tile computes, so that weights are read once for them
  bool pointwise = false;    ///< columns(x) is x itself
};

/// Tiles: several panels where the weights are large, and blocks of rows where several threads would find no work.
void split(const Problem& p, Plan& plan) {
  constexpr int64_t kLargeWeights = 64 * 1024;  // floats
  constexpr int64_t kMostPanels = 4;
  const int64_t wanted = p.threads == 1 ? 1 : 4 * p.threads;
  const int64_t images = p.results[0].dims[0] * plan.group;
  if (plan.rows * plan.depth > kLargeWeights) {
    plan.group_panels = std::clamp<int64_t>(images * plan.panels / wanted, 1, std::min(kMostPanels, plan.panels));
  }
  plan.panel_groups = (plan.panels + plan.group_panels - 1) / plan.group_panels;
  const int64_t splits =
      std::clamp<int64_t>(wanted / (images * plan.panel_groups), 1, std::max<int64_t>(plan.rows / 32, 1));
  const int64_t unit = gemm::shape().rows;
  plan.row_block = ((plan.rows + splits - 1) / splits + unit - 1) / unit * unit;
  plan.row_blocks = (plan.rows + plan.row_block - 1) / plan.row_block;
}

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
  split(p, plan);
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
          .layout = gemm::shape().rows_layout};
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
  return gemm::packed_columns_bytes(std::min(gemm::kDepth, plan_of(p).depth), gemm::shape().columns) +
         conv::Columns::kSlack * sizeof(float);
}

int64_t tiles(const Problem& p, const Params&) {
  const Plan plan = plan_of(p);
  return p.results[0].dims[0] * plan.group * plan.row_blocks * plan.panel_groups;
}

/// A tile: some panels of some rows of one image and group.
struct Tile {
  int64_t image = 0, group = 0, row = 0, rows = 0, panel = 0, panels = 0;
};

Tile tile_at(const Plan& plan, int64_t index) {
  Tile tile;
  tile.panel = index % plan.panel_groups * plan.group_panels;
  tile.panels = std::min(plan.group_panels, plan.panels - tile.panel);
  index /= plan.panel_groups;
  tile.row = index % plan.row_blocks * plan.row_block;
  tile.rows = std::min(plan.row_block, plan.rows - tile.row);
  index /= plan.row_blocks;
  tile.group = index % plan.group;
  tile.image = index / plan.group;
  return tile;
}

/// The parts of a panel that all depths and columns of a tile share.
gemm::Panel panel_of(const Arguments& arguments, const Plan& plan, const Tile& tile, const gemm::Finish& finish) {
  const Operand& y = arguments.problem->results[0];
  const int64_t unit = gemm::shape().rows;
  const bool packed = arguments.packed != nullptr;
  const auto* weights = static_cast<const float*>(packed ? arguments.packed : arguments.operands[1]);
  const int64_t group = packed ? static_cast<int64_t>(gemm::packed_rows_bytes(plan.rows, plan.depth) / sizeof(float))
                               : plan.rows * plan.depth;
  return {.a = weights + tile.group * group + tile.row * plan.depth,
          .a_row = packed ? 1 : plan.depth,
          .a_depth = packed ? unit : 1,
          .a_block = plan.depth * unit,
          .y = static_cast<float*>(arguments.results[0]) + tile.image * y.strides[0] +
               (tile.group * plan.rows + tile.row) * y.strides[1],
          .y_row = y.strides[1],
          .rows = tile.rows,
          .finish = &finish,
          .row = tile.row};
}

void run_tile(const Arguments& arguments, const Plan& plan, const Tile& tile) {
  const Problem& p = *arguments.problem;
  const Operand& x = p.operands[0];
  const int64_t unit = gemm::shape().columns;
  const gemm::Finish finish =
      gemm::make_finish(arguments, {}, true, 1, tile.group * plan.rows, [&](const Operand& operand) {
        return tile.image * operand.strides[0] + tile.group * plan.rows * operand.strides[1];
      });
  const float* source = static_cast<const float*>(arguments.operands[0]) + tile.image * x.strides[0] +
                        tile.group * p.operands[1].dims[1] * x.strides[1];
  const gemm::Panel base = panel_of(arguments, plan, tile, finish);
  auto* workspace = static_cast<float*>(arguments.workspace);
  for (int64_t k = 0; k < plan.depth; k += gemm::kDepth) {
    gemm::Panel panel = base;
    panel.depth = std::min(gemm::kDepth, plan.depth - k);
    panel.first = k == 0;
    panel.last = k + panel.depth >= plan.depth;
    panel.a += k * panel.a_depth;
    for (int64_t i = 0; i < tile.panels; ++i) {
      panel.column = (tile.panel + i) * unit;
      panel.columns = std::min(unit, plan.columns - panel.column);
      panel.y = base.y + panel.column;
      if (plan.pointwise && panel.columns == unit && tile.rows <= 4 * gemm::shape().rows) {
        panel.b = source + k * x.strides[1] + panel.column;
        panel.b_depth = x.strides[1];
      } else {
        const conv::Columns columns(plan.axes, x.strides[1], panel.column, panel.columns, unit);
        columns.pack(source, k, panel.depth, workspace);
        panel.b = workspace;
        panel.b_depth = unit;
      }
      gemm::multiply(panel);
    }
  }
}

void run(const Arguments& arguments, TileRange range) noexcept {
  const Plan plan = plan_of(*arguments.problem);
  for (int64_t tile = range.begin; tile < range.end; ++tile) run_tile(arguments, plan, tile_at(plan, tile));
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
