#include <algorithm>
#include <array>

#include "kernels/conv/depthwise.h"
#include "kernels/gemm/gemm.h"
#include "kernels/support/def.h"
#include "kernels/support/lines.h"
#include "kernels/support/window.h"

namespace walle::kernels {
namespace {

constexpr size_t kMostTaps = 128;

const ConvAttributes& attributes_of(const Problem& p) { return std::get<ConvAttributes>(p.attributes); }

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 2)) return refusal;
  const Operand& x = p.operands[0];
  const Operand& w = p.operands[1];
  const Operand& y = p.results[0];
  if (x.dtype != DType::f32 || w.dtype != DType::f32 || y.dtype != DType::f32) return Refusal{"only f32"};
  if (const char* fault = window_fault(attributes_of(p).window, x, y)) return Refusal{fault};
  if (x.dims.size() > 4) return Refusal{"only one or two spatial axes"};
  if (w.dims[1] != 1) return Refusal{"not depthwise"};
  if (w.count() / std::max<int64_t>(w.dims[0], 1) > static_cast<int64_t>(kMostTaps))
    return Refusal{"a kernel above 128 elements"};
  if (y.count() == 0 || x.count() == 0) return Refusal{"an empty operand"};
  if (!w.contiguous()) return Refusal{"weights that are not dense"};
  if (x.strides.back() != 1 && x.dims.back() != 1) return Refusal{"the operand's last axis is not dense"};
  if (y.strides.back() != 1 && y.dims.back() != 1) return Refusal{"the result's last axis is not dense"};
  if (y.dims.size() == 4 && y.dims[2] != 1 && y.strides[2] != y.dims[3])
    return Refusal{"the result's planes are not dense"};
  return gemm::check_finish(p, 2);
}

WindowAxes axes_of(const Problem& p) {
  return window_axes(attributes_of(p).window, p.operands[0], &p.operands[1], p.results[0]);
}

Lines lines_of(const Problem& p) {
  const WindowAxes axes = axes_of(p);
  return {axes[1], axes[2]};
}

Work work(const Problem& p, const Params&) {
  // Loads bound it: about a third of the speed of a matrix product; borders and strides cost a pass over x.
  return {.operations = 4 * multiply_adds(p) + 8 * static_cast<double>(p.operands[0].count()),
          .bytes = traffic_of(p),
          .steps = 1};
}

size_t workspace_bytes(const Problem& p, const Params&) { return lines_of(p).floats() * sizeof(float); }

int64_t tiles(const Problem& p, const Params&) {
  return p.results[0].dims[0] * p.results[0].dims[1] * lines_of(p).blocks();
}

/// The operators beyond bias and clamp, on the block just written.
void finish_block(const gemm::Finish& finish, int64_t first, int64_t count, float* y) {
  for (int i = 0; i < finish.count; ++i) {
    const gemm::Finish::Op& op = finish.ops[static_cast<size_t>(i)];
    const auto size = static_cast<size_t>(count);
    if (op.unary != nullptr)
      op.unary(y, y, size, op.alpha, op.beta);
    else if (op.operand == nullptr)
      op.binary(y, 1, &op.alpha, 0, y, size);
    else
      op.binary(y, 1, op.operand + first * op.column_stride, static_cast<size_t>(op.column_stride), y, size);
  }
}

/// What all tiles of a run share.
struct Plan {
  explicit Plan(const Problem& p) : axes(axes_of(p)), lines(axes[1], axes[2]) {
    const WindowAxis& h = axes[1];
    const WindowAxis& w = axes[2];
    for (int64_t t = 0; t < h.kernel * w.kernel; ++t) {
      taps[static_cast<size_t>(t)] = lines.tap(t / w.kernel, t % w.kernel);
    }
    rows = {.taps = taps.data(),
            .tap_count = h.kernel * w.kernel,
            .kernel = h.kernel == w.kernel && h.dilation == 1 && w.dilation == 1 ? h.kernel : 0,
            .row_floats = lines.row_floats(),
            .stride = h.stride,
            .columns = w.out,
            .y_row = w.out};
  }
  WindowAxes axes;
  Lines lines;
  std::array<int64_t, kMostTaps> taps{};
  depthwise::Rows rows;
};

void run_tile(const Arguments& arguments, const Plan& plan, int64_t tile) {
  const Problem& p = *arguments.problem;
  const Operand& x = p.operands[0];
  const Operand& y = p.results[0];
  const int64_t block = tile % plan.lines.blocks();
  const int64_t channel = tile / plan.lines.blocks() % y.dims[1];
  const int64_t image = tile / plan.lines.blocks() / y.dims[1];
  const int64_t per_group = p.operands[1].dims[0] / attributes_of(p).group;
  const gemm::Finish finish = gemm::make_finish(arguments, {}, true, 1, channel, [&](const Operand& operand) {
    return image * operand.strides[0] + channel * operand.strides[1];
  });
  auto* lines = static_cast<float*>(arguments.workspace);
  plan.lines.copy(
      static_cast<const float*>(arguments.operands[0]) + image * x.strides[0] + channel / per_group * x.strides[1],
      block, 0, lines);
  const int64_t first = block * plan.lines.block_rows() * plan.rows.columns;
  depthwise::Rows rows = plan.rows;
  rows.lines = lines;
  rows.weights = static_cast<const float*>(arguments.operands[1]) + channel * rows.tap_count;
  rows.rows = plan.lines.rows_of(block);
  rows.y = static_cast<float*>(arguments.results[0]) + image * y.strides[0] + channel * y.strides[1] + first;
  rows.bias = finish.bias == nullptr ? 0 : *finish.bias;
  rows.low = finish.low;
  rows.high = finish.high;
  depthwise::correlate(rows);
  finish_block(finish, first, rows.rows * rows.columns, rows.y);
}

void run(const Arguments& arguments, TileRange range) noexcept {
  const Plan plan(*arguments.problem);
  for (int64_t tile = range.begin; tile < range.end; ++tile) run_tile(arguments, plan, tile);
}

}  // namespace

extern const KernelDef kConvDepthwiseHwy;
const KernelDef kConvDepthwiseHwy = {.name = "conv_depthwise_hwy",
                                     .family = Family::conv,
                                     .variant = "hwy",
                                     .accepts = accepts,
                                     .work = work,
                                     .workspace_bytes = workspace_bytes,
                                     .tiles = tiles,
                                     .run = run,
                                     .bound = {.relative = 1e-6, .absolute = 1e-6}};

}  // namespace walle::kernels
