#include <algorithm>

#include "kernels/conv_transpose/interleave.h"
#include "kernels/gemm/gemm.h"
#include "kernels/support/def.h"
#include "kernels/support/window.h"

namespace walle::kernels {
namespace {

const ConvTransposeAttributes& attributes_of(const Problem& p) {
  return std::get<ConvTransposeAttributes>(p.attributes);
}

/// Windows that do not overlap: every input position makes its own block of kernel size. So with rows (m, i, j) the
/// result is w^T[rows x C] * x[C x positions], laid out anew.
struct Plan {
  WindowAxes axes;
  int64_t rows = 0, depth = 0, columns = 0, taps = 1, panels = 1;
  int64_t row_block = 0;  ///< rows computed at once, whole channels
};

Plan plan_of(const Problem& p) {
  const Operand& w = p.operands[1];
  Plan plan{.axes = window_axes(attributes_of(p).window, p.operands[0], &w, p.results[0])};
  plan.taps = plan.axes[1].kernel * plan.axes[2].kernel;
  plan.rows = w.dims[1] * plan.taps;
  plan.depth = w.dims[0];
  plan.columns = plan.axes[1].in * plan.axes[2].in;
  plan.panels = (plan.columns + gemm::shape().columns - 1) / gemm::shape().columns;
  constexpr int64_t kRows = 64;
  const int64_t unit = gemm::shape().rows;
  plan.row_block = plan.rows <= 2 * kRows ? plan.rows : std::max<int64_t>(1, kRows / plan.taps) * plan.taps;
  while (plan.row_block % unit != 0 && plan.row_block < plan.rows) plan.row_block += plan.taps;
  plan.row_block = std::min(plan.row_block, plan.rows);
  return plan;
}

std::optional<Refusal> check_epilogue_here(const Problem& p) {
  for (size_t i = 0; i < p.epilogue.size(); ++i) {
    if (p.epilogue[i].kind == EpilogueKind::add_operand) return Refusal{"an added operand"};
    if (p.epilogue[i].kind == EpilogueKind::bias_channel && i > 0) return Refusal{"a bias that is not first"};
  }
  return gemm::check_finish(p, 2);
}

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 2)) return refusal;
  const Operand& x = p.operands[0];
  const Operand& w = p.operands[1];
  const Operand& y = p.results[0];
  const auto& attributes = attributes_of(p);
  if (x.dtype != DType::f32 || w.dtype != DType::f32 || y.dtype != DType::f32) return Refusal{"only f32"};
  if (const char* fault = window_fault(attributes.window, x, y)) return Refusal{fault};
  if (x.dims.size() > 4 || attributes.group != 1) return Refusal{"groups or three spatial axes"};
  if (y.count() == 0 || x.count() == 0) return Refusal{"an empty operand"};
  if (!w.contiguous() || !x.contiguous() || !y.contiguous()) return Refusal{"an operand that is not dense"};
  for (const WindowAxis& axis : window_axes(attributes.window, x, &w, y)) {
    const bool apart = axis.kernel == axis.stride && axis.out == axis.in * axis.stride;
    if (!apart || axis.pad_begin != 0 || (axis.dilation != 1 && axis.kernel != 1))
      return Refusal{"windows that overlap"};
  }
  return check_epilogue_here(p);
}

Work work(const Problem& p, const Params&) {
  return {.operations = 2 * multiply_adds(p) + 8 * static_cast<double>(p.results[0].count()),
          .bytes = traffic_of(p),
          .steps = 1};
}

Packing packing(const Problem& p, const Params&) {
  if (!p.operands[1].constant) return {};
  const Plan plan = plan_of(p);
  return {.operand = 1, .bytes = gemm::packed_rows_bytes(plan.rows, plan.depth), .layout = gemm::shape().rows_layout};
}

void pack(const Problem& p, const Params&, const void* source, void* destination) {
  const Plan plan = plan_of(p);
  gemm::pack_rows(static_cast<const float*>(source), 1, plan.rows, plan.rows, plan.depth,
                  static_cast<float*>(destination));
}

/// The panel of x, the rows of the product, the bias of every row.
size_t workspace_bytes(const Problem& p, const Params&) {
  const Plan plan = plan_of(p);
  const auto width = static_cast<size_t>(gemm::shape().columns);
  return (static_cast<size_t>(plan.depth + plan.row_block) * width + static_cast<size_t>(plan.rows)) * sizeof(float);
}

int64_t tiles(const Problem& p, const Params&) { return p.operands[0].dims[0] * plan_of(p).panels; }

/// Lays the product's rows [first, first + rows) of a panel out in y.
void spread(const Plan& plan, const float* product, int64_t first, int64_t rows, int64_t column, int64_t columns,
            float* y) {
  const WindowAxis& height = plan.axes[1];
  const WindowAxis& width = plan.axes[2];
  const int64_t unit = gemm::shape().columns;
  for (int64_t row = 0; row < rows; row += width.kernel) {
    const int64_t channel = (first + row) / plan.taps;
    const int64_t i = (first + row) % plan.taps / width.kernel;
    const float* source = product + row * unit;
    for (int64_t c = 0; c < columns;) {
      const int64_t line = (column + c) / width.in;
      const int64_t at = (column + c) % width.in;
      const int64_t count = std::min(columns - c, width.in - at);
      float* out = y + (channel * height.out + line * height.stride + i) * width.out + at * width.stride;
      interleave(source + c, unit, width.kernel, count, out);
      c += count;
    }
  }
}

void run_tile(const Arguments& arguments, const Plan& plan, gemm::Finish finish, int64_t tile) {
  const int64_t unit = gemm::shape().columns;
  const int64_t rows_unit = gemm::shape().rows;
  const int64_t image = tile / plan.panels;
  const int64_t column = tile % plan.panels * unit;
  const int64_t columns = std::min(unit, plan.columns - column);
  auto* x_panel = static_cast<float*>(arguments.workspace);
  float* product = x_panel + plan.depth * unit;
  float* bias = product + plan.row_block * unit;
  if (finish.bias != nullptr) {
    for (int64_t r = 0; r < plan.rows; ++r) bias[r] = finish.bias[r / plan.taps * finish.bias_row_stride];
    finish.bias = bias;
    finish.bias_row_stride = 1;
  }
  const float* x = static_cast<const float*>(arguments.operands[0]) + image * plan.depth * plan.columns;
  float* y = static_cast<float*>(arguments.results[0]) + image * arguments.problem->results[0].strides[0];
  const bool direct = columns == unit && plan.rows <= 4 * rows_unit;
  if (!direct) gemm::pack_columns(x + column, plan.columns, 1, plan.depth, columns, x_panel);
  const bool packed = arguments.packed != nullptr;
  const auto* weights = static_cast<const float*>(packed ? arguments.packed : arguments.operands[1]);
  for (int64_t row = 0; row < plan.rows; row += plan.row_block) {
    gemm::Panel panel{.a_row = 1,
                      .a_depth = packed ? rows_unit : plan.rows,
                      .a_block = packed ? plan.depth * rows_unit : rows_unit,
                      .b_depth = direct ? plan.columns : unit,
                      .y = product,
                      .y_row = unit,
                      .rows = std::min(plan.row_block, plan.rows - row),
                      .columns = columns,
                      .finish = &finish,
                      .row = row,
                      .column = column};
    for (int64_t k = 0; k < plan.depth; k += gemm::kDepth) {
      panel.depth = std::min(gemm::kDepth, plan.depth - k);
      panel.first = k == 0;
      panel.last = k + panel.depth >= plan.depth;
      panel.a = weights + (packed ? row * plan.depth : row) + k * panel.a_depth;
      panel.b = direct ? x + column + k * plan.columns : x_panel + k * unit;
      gemm::multiply(panel);
    }
    spread(plan, product, row, panel.rows, column, columns, y);
  }
}

void run(const Arguments& arguments, TileRange range) noexcept {
  const Plan plan = plan_of(*arguments.problem);
  const gemm::Finish finish = gemm::make_finish(arguments, {}, true, 1, 0, [](const Operand&) { return int64_t{0}; });
  for (int64_t tile = range.begin; tile < range.end; ++tile) run_tile(arguments, plan, finish, tile);
}

}  // namespace

extern const KernelDef kConvTransposeGemmHwy;
const KernelDef kConvTransposeGemmHwy = {.name = "conv_transpose_gemm_hwy",
                                         .family = Family::conv_transpose,
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
