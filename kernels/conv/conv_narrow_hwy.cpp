#include <algorithm>

#include "kernels/conv/im2col.h"
#include "kernels/gemm/gemm.h"
#include "kernels/support/def.h"
#include "kernels/support/window.h"

namespace walle::kernels {
namespace {

const ConvAttributes& attributes_of(const Problem& p) { return std::get<ConvAttributes>(p.attributes); }

/// Few result positions (speech, last layers): the product is turned, so that output channels fill the vectors.
/// product[positions x M] = columns(x)^T[positions x depth] * w^T[depth x M].
struct Plan {
  WindowAxes axes;
  int64_t positions = 0, depth = 0, channels = 0, panels = 1;
  int64_t panels_per_tile = 1, tiles_per_image = 1;
};

Plan plan_of(const Problem& p) {
  const Operand& w = p.operands[1];
  Plan plan{.axes = window_axes(attributes_of(p).window, p.operands[0], &w, p.results[0])};
  plan.positions = plan.axes[1].out * plan.axes[2].out;
  plan.channels = w.dims[0];
  plan.depth = w.count() / w.dims[0];
  plan.panels = (plan.channels + gemm::shape().columns - 1) / gemm::shape().columns;
  plan.tiles_per_image = std::clamp<int64_t>(p.threads, 1, plan.panels);
  plan.panels_per_tile = (plan.panels + plan.tiles_per_image - 1) / plan.tiles_per_image;
  plan.tiles_per_image = (plan.panels + plan.panels_per_tile - 1) / plan.panels_per_tile;
  return plan;
}

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 2)) return refusal;
  const Operand& x = p.operands[0];
  const Operand& w = p.operands[1];
  const Operand& y = p.results[0];
  if (x.dtype != DType::f32 || w.dtype != DType::f32 || y.dtype != DType::f32) return Refusal{"only f32"};
  if (const char* fault = window_fault(attributes_of(p).window, x, y)) return Refusal{fault};
  if (attributes_of(p).group != 1) return Refusal{"groups"};
  if (x.dims.size() > 4) return Refusal{"only one or two spatial axes"};
  if (x.count() == 0 || y.count() == 0) return Refusal{"an empty operand"};
  if (!w.constant || !w.contiguous()) return Refusal{"weights that are not constant or not dense"};
  if (!y.contiguous()) return Refusal{"a result that is not dense"};
  if (x.strides.back() != 1 && x.dims.back() != 1) return Refusal{"the operand's last axis is not dense"};
  if (plan_of(p).positions > gemm::shape().rows) return Refusal{"many result positions"};
  for (const EpilogueOp& op : p.epilogue) {
    if (op.kind == EpilogueKind::add_operand) return Refusal{"an added operand"};
  }
  return gemm::check_finish(p, 2);
}

Work work(const Problem& p, const Params&) {
  const Plan plan = plan_of(p);
  const auto images = static_cast<double>(p.results[0].dims[0]);
  const double columns = static_cast<double>(plan.tiles_per_image * plan.depth * plan.positions);
  return {.operations = 2 * multiply_adds(p) + 16 * images * columns, .bytes = traffic_of(p), .steps = 1};
}

Packing packing(const Problem& p, const Params&) {
  const Plan plan = plan_of(p);
  return {.operand = 1,
          .bytes = gemm::packed_columns_bytes(plan.depth, plan.channels),
          .layout = gemm::shape().transposed_layout};
}

void pack(const Problem& p, const Params&, const void* source, void* destination) {
  const Plan plan = plan_of(p);
  gemm::pack_columns(static_cast<const float*>(source), 1, plan.depth, plan.depth, plan.channels,
                     static_cast<float*>(destination));
}

/// columns(x) in blocks of rows, then the product of one panel.
size_t workspace_bytes(const Problem& p, const Params&) {
  const auto unit = static_cast<size_t>(gemm::shape().rows);
  const auto width = static_cast<size_t>(gemm::shape().columns);
  return (static_cast<size_t>(plan_of(p).depth) * unit + conv::Columns::kSlack + unit * width) * sizeof(float);
}

int64_t tiles(const Problem& p, const Params&) { return p.results[0].dims[0] * plan_of(p).tiles_per_image; }

void run_tile(const Arguments& arguments, const Plan& plan, const gemm::Finish& finish, int64_t tile) {
  const Operand& x = arguments.problem->operands[0];
  const int64_t unit = gemm::shape().rows;
  const int64_t width = gemm::shape().columns;
  const int64_t image = tile / plan.tiles_per_image;
  const int64_t first = tile % plan.tiles_per_image * plan.panels_per_tile;
  auto* columns = static_cast<float*>(arguments.workspace);
  float* product = columns + plan.depth * unit + conv::Columns::kSlack;
  conv::Columns(plan.axes, x.strides[1], 0, plan.positions, unit)
      .pack(static_cast<const float*>(arguments.operands[0]) + image * x.strides[0], 0, plan.depth, columns);
  float* y = static_cast<float*>(arguments.results[0]) + image * plan.channels * plan.positions;
  for (int64_t i = first; i < std::min(plan.panels, first + plan.panels_per_tile); ++i) {
    const int64_t column = i * width;
    const int64_t count = std::min(width, plan.channels - column);
    gemm::multiply({.a = columns,
                    .a_row = 1,
                    .a_depth = unit,
                    .b = static_cast<const float*>(arguments.packed) + column * plan.depth,
                    .b_depth = width,
                    .y = product,
                    .y_row = width,
                    .rows = plan.positions,
                    .columns = count,
                    .depth = plan.depth,
                    .finish = &finish,
                    .column = column});
    for (int64_t c = 0; c < count; ++c) {
      for (int64_t r = 0; r < plan.positions; ++r) y[(column + c) * plan.positions + r] = product[r * width + c];
    }
  }
}

void run(const Arguments& arguments, TileRange range) noexcept {
  const Plan plan = plan_of(*arguments.problem);
  const gemm::Finish finish = gemm::make_finish(arguments, {}, false, 1, 0, [](const Operand&) { return int64_t{0}; });
  for (int64_t tile = range.begin; tile < range.end; ++tile) run_tile(arguments, plan, finish, tile);
}

}  // namespace

extern const KernelDef kConvNarrowHwy;
const KernelDef kConvNarrowHwy = {.name = "conv_narrow_hwy",
                                  .family = Family::conv,
                                  .variant = "hwy",
                                  .accepts = accepts,
                                  .work = work,
                                  .packing = packing,
                                  .pack = pack,
                                  .workspace_bytes = workspace_bytes,
                                  .tiles = tiles,
                                  .run = run,
                                  .bound = {.relative = 4e-6, .absolute = 1e-6}};

}  // namespace walle::kernels
