#include <algorithm>
#include <array>
#include <limits>

#include "kernels/conv/depthwise.h"
#include "kernels/gemm/gemm_i8.h"
#include "kernels/simd/byte_rows.h"
#include "kernels/support/def.h"
#include "kernels/support/lines.h"
#include "kernels/support/scalar.h"
#include "kernels/support/window.h"

// Sums of at most 128 products of 9-bit values are exact in f32, so the f32 code does the work; what is stored is
// exact.
namespace walle::kernels {
namespace {

constexpr size_t kMostTaps = 128;

const ConvAttributes& attributes_of(const Problem& p) { return std::get<ConvAttributes>(p.attributes); }
bool is_byte(DType d) { return d == DType::i8 || d == DType::u8; }

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 2)) return refusal;
  const Operand& x = p.operands[0];
  const Operand& w = p.operands[1];
  const Operand& y = p.results[0];
  if (!is_byte(x.dtype) || !is_byte(w.dtype)) return Refusal{"only 8 bits"};
  if (const char* fault = window_fault(attributes_of(p).window, x, y)) return Refusal{fault};
  if (x.dims.size() > 4) return Refusal{"only one or two spatial axes"};
  if (w.dims[1] != 1) return Refusal{"not depthwise"};
  if (w.count() / std::max<int64_t>(w.dims[0], 1) > static_cast<int64_t>(kMostTaps))
    return Refusal{"a kernel above 128 elements"};
  if (y.count() == 0 || x.count() == 0) return Refusal{"an empty operand"};
  if (!w.contiguous()) return Refusal{"weights that are not dense"};
  if (x.strides.back() != 1 && x.dims.back() != 1) return Refusal{"the operand's last axis is not dense"};
  if (!y.contiguous()) return Refusal{"a result that is not dense"};
  for (const EpilogueOp& op : gemm_i8::parts_of(p).rest) {
    if (op.operand >= 0) return Refusal{"an epilogue operand in f32"};
  }
  return gemm_i8::check(p, 2);
}

WindowAxes axes_of(const Problem& p) {
  return window_axes(attributes_of(p).window, p.operands[0], &p.operands[1], p.results[0]);
}

Lines lines_of(const Problem& p) {
  const WindowAxes axes = axes_of(p);
  return {axes[1], axes[2]};
}

Work work(const Problem& p, const Params&) {
  // Measured, with the rows of f32 that are written and read again on the way.
  const auto bytes = static_cast<double>(p.operands[0].count() + p.results[0].count());
  return {.operations = 16 * multiply_adds(p) + 48 * bytes, .bytes = traffic_of(p), .steps = 1};
}

/// What all tiles of a run share. Workspace: lines, one input row, a block of sums.
struct Plan {
  explicit Plan(const Problem& p) : axes(axes_of(p)), lines(axes[1], axes[2]), parts(gemm_i8::parts_of(p)) {
    const WindowAxis& h = axes[1];
    const WindowAxis& w = axes[2];
    for (int64_t t = 0; t < h.kernel * w.kernel; ++t)
      taps[static_cast<size_t>(t)] = lines.tap(t / w.kernel, t % w.kernel);
    row_floats = (w.in + 15) / 16 * 16;
    block_floats = (lines.block_rows() * w.out + 15) / 16 * 16;
    rows = {.taps = taps.data(),
            .tap_count = h.kernel * w.kernel,
            .kernel = h.kernel == w.kernel && h.dilation == 1 && w.dilation == 1 ? h.kernel : 0,
            .row_floats = lines.row_floats(),
            .stride = h.stride,
            .columns = w.out,
            .y_row = w.out,
            .low = -std::numeric_limits<float>::infinity(),
            .high = std::numeric_limits<float>::infinity()};
  }
  [[nodiscard]] size_t floats() const {
    return lines.floats() + static_cast<size_t>(row_floats + block_floats + Lines::kSlack);
  }
  WindowAxes axes;
  Lines lines;
  gemm_i8::Parts parts;
  std::array<int64_t, kMostTaps> taps{};
  depthwise::Rows rows;
  int64_t row_floats = 0, block_floats = 0;
};

size_t workspace_bytes(const Problem& p, const Params&) { return Plan(p).floats() * sizeof(float); }

int64_t tiles(const Problem& p, const Params&) {
  return p.results[0].dims[0] * p.results[0].dims[1] * lines_of(p).blocks();
}

/// Stores exact sums in the rows of a tile, chunk by chunk.
void store_block(const Arguments& arguments, const Plan& plan, int64_t channel, const float* sums, int64_t count,
                 void* y) {
  using gemm_i8::kMostColumns;
  using gemm_i8::kRows;
  const gemm::Finish finish =
      gemm::make_finish(arguments, plan.parts.rest, {}, true, 1, channel, [](const Operand&) { return 0; });
  const int32_t bias = plan.parts.bias == nullptr
                           ? 0
                           : gemm_i8::element(arguments, static_cast<size_t>(plan.parts.bias->operand), channel);
  int32_t add[kRows];
  std::fill_n(add, kRows, bias);
  const DType dtype = arguments.problem->results[0].dtype;
  gemm_i8::Store store{
      .row_add = add, .finish = &finish, .dtype = dtype, .zero = plan.parts.zero, .y_row = kMostColumns};
  if (plan.parts.scale != nullptr) {
    const auto index = static_cast<size_t>(plan.parts.scale->operand);
    const bool single = arguments.problem->operands[index].count() == 1;
    store.scale = static_cast<const float*>(arguments.operands[index]) + (single ? 0 : channel);
  }
  alignas(64) int32_t whole[kRows * kMostColumns];
  for (int64_t at = 0; at < count;) {
    const int64_t left = count - at;
    store.rows = std::clamp<int64_t>(left / kMostColumns, 1, kRows);
    store.columns = std::min(left, kMostColumns);
    const int64_t taken = store.rows * store.columns;
    for (int64_t i = 0; i < taken; ++i) whole[i] = static_cast<int32_t>(sums[at + i]);
    store.y = static_cast<uint8_t*>(y) + bytes_of(dtype, at);
    gemm_i8::store(whole, store);
    at += taken;
  }
}

void run_tile(const Arguments& arguments, const Plan& plan, int64_t tile) {
  const Problem& p = *arguments.problem;
  const Operand& x = p.operands[0];
  const Operand& y = p.results[0];
  const int64_t block = tile % plan.lines.blocks();
  const int64_t channel = tile / plan.lines.blocks() % y.dims[1];
  const int64_t image = tile / plan.lines.blocks() / y.dims[1];
  const int64_t per_group = p.operands[1].dims[0] / attributes_of(p).group;
  auto* lines = static_cast<float*>(arguments.workspace);
  float* row = lines + plan.lines.floats();
  float* sums = row + plan.row_floats;
  const auto* plane =
      static_cast<const uint8_t*>(arguments.operands[0]) + image * x.strides[0] + channel / per_group * x.strides[1];
  const int32_t zero = gemm_i8::element(arguments, 2, 0);
  plan.lines.copy_rows(block, 0, lines, [&](int64_t r) {
    byte_rows().to_floats(plane + r * plan.axes[1].x_stride, x.dtype == DType::i8, row,
                          static_cast<size_t>(plan.axes[2].in), zero, 1);
    return row;
  });
  depthwise::Rows rows = plan.rows;
  rows.lines = lines;
  alignas(64) std::array<float, kMostTaps> weights;
  byte_rows().to_floats(static_cast<const uint8_t*>(arguments.operands[1]) + channel * rows.tap_count,
                        p.operands[1].dtype == DType::i8, weights.data(), static_cast<size_t>(rows.tap_count),
                        gemm_i8::element(arguments, 3, channel), 1);
  rows.weights = weights.data();
  rows.rows = plan.lines.rows_of(block);
  rows.y = sums;
  depthwise::correlate(rows);
  const int64_t first = image * y.strides[0] + channel * y.strides[1] + block * plan.lines.block_rows() * rows.columns;
  store_block(arguments, plan, channel, sums, rows.rows * rows.columns,
              static_cast<uint8_t*>(arguments.results[0]) + bytes_of(y.dtype, first));
}

void run(const Arguments& arguments, TileRange range) noexcept {
  const Plan plan(*arguments.problem);
  for (int64_t tile = range.begin; tile < range.end; ++tile) run_tile(arguments, plan, tile);
}

}  // namespace

extern const KernelDef kConvDepthwiseI8Hwy;
const KernelDef kConvDepthwiseI8Hwy = {.name = "conv_depthwise_i8_hwy",
                                       .family = Family::conv,
                                       .variant = "hwy",
                                       .accepts = accepts,
                                       .work = work,
                                       .workspace_bytes = workspace_bytes,
                                       .tiles = tiles,
                                       .run = run,
                                       .bound = {.relative = 2e-6}};

}  // namespace walle::kernels
