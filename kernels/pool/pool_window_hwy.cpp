#include <algorithm>
#include <array>
#include <limits>

#include "kernels/pool/fold_lines.h"
#include "kernels/simd/byte_rows.h"
#include "kernels/support/def.h"
#include "kernels/support/lines.h"
#include "kernels/support/window.h"

namespace walle::kernels {
namespace {

constexpr size_t kMostTaps = 256;

const PoolAttributes& attributes_of(const Problem& p) { return std::get<PoolAttributes>(p.attributes); }

bool is_byte(DType d) { return d == DType::i8 || d == DType::u8; }

WindowAxes axes_of(const Problem& p) {
  return window_axes(attributes_of(p).window, p.operands[0], nullptr, p.results[0]);
}

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 1)) return refusal;
  const Operand& x = p.operands[0];
  const Operand& y = p.results[0];
  const PoolAttributes& attributes = attributes_of(p);
  const bool bytes = is_byte(x.dtype) && x.dtype == y.dtype && attributes.op == PoolOp::max;
  if (!bytes && (x.dtype != DType::f32 || y.dtype != DType::f32)) return Refusal{"only f32, and 8 bits for maxima"};
  if (const char* fault = window_fault(attributes.window, x, y)) return Refusal{fault};
  if (attributes.op == PoolOp::lp) return Refusal{"lp"};
  if (p.results.size() > 1) return Refusal{"indices are wanted"};
  if (x.dims.size() > 4) return Refusal{"three spatial axes"};
  if (x.count() == 0 || y.count() == 0) return Refusal{"an empty operand"};
  int64_t taps = 1;
  for (const int64_t k : attributes.window.kernel) taps *= k;
  if (taps > static_cast<int64_t>(kMostTaps)) return Refusal{"a window above 256 elements"};
  if (x.strides.back() != 1 && x.dims.back() != 1) return Refusal{"the operand's last axis is not dense"};
  return refuse_if(y.strides.back() != 1 && y.dims.back() != 1, "the result's last axis is not dense");
}

Lines lines_of(const Problem& p) {
  const WindowAxes axes = axes_of(p);
  return {axes[1], axes[2]};
}

Work work(const Problem& p, const Params&) {
  double taps = 1;
  for (const int64_t k : attributes_of(p).window.kernel) taps *= static_cast<double>(k);
  return {.operations =
              6 * taps * static_cast<double>(p.results[0].count()) + 8 * static_cast<double>(p.operands[0].count()),
          .bytes = traffic_of(p),
          .steps = 1};
}

/// The lines of a block, then the divisor of every output column; for bytes an input and an output row in f32.
size_t workspace_bytes(const Problem& p, const Params&) {
  const auto columns = static_cast<size_t>(p.results[0].dims.back());
  const size_t rows = is_byte(p.operands[0].dtype) ? columns + static_cast<size_t>(p.operands[0].dims.back()) : 0;
  return (lines_of(p).floats() + columns + rows) * sizeof(float);
}

int64_t tiles(const Problem& p, const Params&) {
  return p.results[0].dims[0] * p.results[0].dims[1] * lines_of(p).blocks();
}

/// Taps of output position `at` that count for an average: those within the operand, or within its padding too.
int64_t counted(const WindowAxis& axis, int64_t at, bool with_padding) {
  int64_t count = 0;
  for (int64_t k = 0; k < axis.kernel; ++k) {
    const int64_t s = at * axis.stride - axis.pad_begin + k * axis.dilation;
    count += with_padding ? s < axis.in + axis.pad_end : s >= 0 && s < axis.in;
  }
  return count;
}

struct Plan {
  explicit Plan(const Problem& p) : axes(axes_of(p)), lines(axes[1], axes[2]), max(attributes_of(p).op == PoolOp::max) {
    taps = axes[1].kernel * axes[2].kernel;
    for (int64_t t = 0; t < taps; ++t) {
      offsets[static_cast<size_t>(t)] = lines.tap(t / axes[2].kernel, t % axes[2].kernel);
    }
  }
  WindowAxes axes;
  Lines lines;
  bool max;
  int64_t taps = 0;
  std::array<int64_t, kMostTaps> offsets{};
};

/// Maxima of bytes are exact in f32.
void run_byte_tile(const Arguments& a, const Plan& plan, int64_t tile) {
  const Operand& x = a.problem->operands[0];
  const Operand& y = a.problem->results[0];
  const bool is_signed = x.dtype == DType::i8;
  const int64_t block = tile % plan.lines.blocks();
  const int64_t channel = tile / plan.lines.blocks() % y.dims[1];
  const int64_t image = tile / plan.lines.blocks() / y.dims[1];
  auto* lines = static_cast<float*>(a.workspace);
  float* in = lines + plan.lines.floats();
  float* out = in + plan.axes[2].in;
  const auto* source = static_cast<const uint8_t*>(a.operands[0]) + image * x.strides[0] + channel * x.strides[1];
  auto* result = static_cast<uint8_t*>(a.results[0]) + image * y.strides[0] + channel * y.strides[1];
  plan.lines.copy_rows(block, is_signed ? -128 : 0, lines, [&](int64_t row) {
    byte_rows().to_floats(source + row * plan.axes[1].x_stride, is_signed, in, static_cast<size_t>(plan.axes[2].in), 0,
                          1);
    return in;
  });
  for (int64_t r = 0; r < plan.lines.rows_of(block); ++r) {
    pool::fold_lines({.line = lines + r * plan.axes[1].stride * plan.lines.row_floats(),
                      .taps = plan.offsets.data(),
                      .tap_count = plan.taps,
                      .y = out,
                      .columns = plan.axes[2].out,
                      .max = true});
    const int64_t row = block * plan.lines.block_rows() + r;
    byte_rows().to_bytes(out, is_signed, result + row * plan.axes[1].y_stride, static_cast<size_t>(plan.axes[2].out), 1,
                         0);
  }
}

void run_tile(const Arguments& a, const Plan& plan, const float* divisors, int64_t tile) {
  const Problem& p = *a.problem;
  const Operand& x = p.operands[0];
  const Operand& y = p.results[0];
  const bool with_padding = attributes_of(p).count_include_pad;
  const int64_t block = tile % plan.lines.blocks();
  const int64_t channel = tile / plan.lines.blocks() % y.dims[1];
  const int64_t image = tile / plan.lines.blocks() / y.dims[1];
  auto* lines = static_cast<float*>(a.workspace);
  const float* source = static_cast<const float*>(a.operands[0]) + image * x.strides[0] + channel * x.strides[1];
  plan.lines.copy(source, block, plan.max ? -std::numeric_limits<float>::infinity() : 0, lines);
  float* result = static_cast<float*>(a.results[0]) + image * y.strides[0] + channel * y.strides[1];
  for (int64_t r = 0; r < plan.lines.rows_of(block); ++r) {
    const int64_t row = block * plan.lines.block_rows() + r;
    const int64_t count = counted(plan.axes[1], row, with_padding);
    pool::fold_lines({.line = lines + r * plan.axes[1].stride * plan.lines.row_floats(),
                      .taps = plan.offsets.data(),
                      .tap_count = plan.taps,
                      .y = result + row * plan.axes[1].y_stride,
                      .columns = plan.axes[2].out,
                      .max = plan.max,
                      .divisors = divisors,
                      .scale = count == 0 ? 0 : 1 / static_cast<float>(count)});
  }
}

void run(const Arguments& a, TileRange range) noexcept {
  const Plan plan(*a.problem);
  float* divisors = static_cast<float*>(a.workspace) + plan.lines.floats();
  for (int64_t c = 0; c < plan.axes[2].out && !plan.max; ++c) {
    const int64_t count = counted(plan.axes[2], c, attributes_of(*a.problem).count_include_pad);
    divisors[c] = count == 0 ? 0 : 1 / static_cast<float>(count);
  }
  const bool bytes = is_byte(a.problem->operands[0].dtype);
  for (int64_t tile = range.begin; tile < range.end; ++tile)
    bytes ? run_byte_tile(a, plan, tile) : run_tile(a, plan, divisors, tile);
}

}  // namespace

extern const KernelDef kPoolWindowHwy;
const KernelDef kPoolWindowHwy = {.name = "pool_window_hwy",
                                  .family = Family::pool,
                                  .variant = "hwy",
                                  .accepts = accepts,
                                  .work = work,
                                  .workspace_bytes = workspace_bytes,
                                  .tiles = tiles,
                                  .run = run,
                                  .bound = {.relative = 2e-6, .absolute = 1e-7}};

}  // namespace walle::kernels
