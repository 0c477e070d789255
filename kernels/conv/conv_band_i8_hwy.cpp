#include <algorithm>
#include <cstring>

#include "kernels/conv/quads.h"
#include "kernels/gemm/gemm_i8.h"
#include "kernels/support/def.h"
#include "kernels/support/scalar.h"
#include "kernels/support/window.h"

// A depthwise convolution as an 8-bit product: kRows output rows of a channel are a band matrix of its weights times
// the input rows that they touch. Most of the band is zeros, but a product of quads costs so little that it wins.
namespace walle::kernels {
namespace {

using gemm_i8::kMostColumns;
using gemm_i8::kRows;

constexpr int64_t kMostTileBlocks = 4;  ///< blocks of kRows output rows that a tile works on
constexpr int64_t kMostTaps = 8;        ///< on each axis

const ConvAttributes& attributes_of(const Problem& p) { return std::get<ConvAttributes>(p.attributes); }
bool is_byte(DType d) { return d == DType::i8 || d == DType::u8; }

WindowAxes axes_of(const Problem& p) {
  return window_axes(attributes_of(p).window, p.operands[0], &p.operands[1], p.results[0]);
}

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 2)) return refusal;
  const Operand& x = p.operands[0];
  const Operand& w = p.operands[1];
  const Operand& y = p.results[0];
  if (!is_byte(x.dtype) || w.dtype != DType::i8) return Refusal{"only 8 bits, weights with sign"};
  if (const char* fault = window_fault(attributes_of(p).window, x, y)) return Refusal{fault};
  if (x.dims.size() > 4) return Refusal{"only one or two spatial axes"};
  if (w.dims[1] != 1) return Refusal{"not depthwise"};
  const WindowAxes axes = axes_of(p);
  for (const WindowAxis& axis : {axes[1], axes[2]}) {
    if (axis.kernel > kMostTaps || axis.dilation != 1) return Refusal{"a kernel that is large or has holes"};
    if (axis.stride > kMostTaps) return Refusal{"a large stride"};
  }
  if (y.count() == 0 || x.count() == 0) return Refusal{"an empty operand"};
  if (!w.contiguous()) return Refusal{"weights that are not dense"};
  if (gemm_i8::may_be_nonzero(p, 3)) return Refusal{"weights with a zero point"};
  if (x.strides.back() != 1 && x.dims.back() != 1) return Refusal{"the operand's last axis is not dense"};
  if (!y.contiguous()) return Refusal{"a result that is not dense"};
  for (const EpilogueOp& op : gemm_i8::parts_of(p).rest) {
    if (op.operand >= 0) return Refusal{"an epilogue operand in f32"};
  }
  return gemm_i8::check(p, 2);
}

/// What all tiles of a run share. Workspace: lines of padded input rows of two blocks, a panel of quads, the band.
struct Plan {
  explicit Plan(const Problem& p) : axes(axes_of(p)), parts(gemm_i8::parts_of(p)) {
    const WindowAxis& h = axes[1];
    const WindowAxis& w = axes[2];
    input_rows = (kRows - 1) * h.stride + h.kernel;
    row_quads = gemm_i8::quads_of(w.kernel);
    quads = input_rows * row_quads;
    // Whole vectors of columns, their neighbours, and what vector loads read beyond.
    line = (gemm_i8::padded_columns(w.out) * w.stride + std::max(w.in + w.pad_begin, 4 * row_quads) + 127) / 64 * 64;
    blocks = (h.out + kRows - 1) / kRows;
    tile_blocks = std::min(blocks, kMostTileBlocks);
    row_tiles = (blocks + tile_blocks - 1) / tile_blocks;
  }
  /// The first block of a tile, counted through all channels.
  [[nodiscard]] int64_t first_block(int64_t tile) const {
    return tile / row_tiles * blocks + tile % row_tiles * tile_blocks;
  }
  [[nodiscard]] int64_t lines_bytes() const { return input_rows * line; }
  [[nodiscard]] int64_t panel_bytes() const { return quads * 4 * kMostColumns; }
  [[nodiscard]] int64_t band_bytes() const { return quads * 4 * kRows; }

  WindowAxes axes;
  gemm_i8::Parts parts;
  int64_t input_rows = 0, row_quads = 0, quads = 0;  ///< of a block
  int64_t line = 0;                                  ///< bytes of a line
  int64_t blocks = 0, tile_blocks = 0, row_tiles = 0;
};

Work work(const Problem& p, const Params&) {
  const Plan plan(p);
  const Operand& y = p.results[0];
  const auto columns = static_cast<double>(y.dims[0] * y.dims[1] * plan.blocks) *
                       static_cast<double>(gemm_i8::padded_columns(plan.axes[2].out));
  const auto quads = static_cast<double>(plan.quads);
  const double block = 2 * quads * 4 * kRows / gemm_i8::speed() + 8 * quads + 12 * kRows;
  return {.operations = columns * block, .bytes = traffic_of(p), .steps = 1};
}

size_t workspace_bytes(const Problem& p, const Params&) {
  const Plan plan(p);
  return static_cast<size_t>(2 * plan.lines_bytes() + plan.panel_bytes() + plan.band_bytes());
}

int64_t tiles(const Problem& p, const Params&) {
  return p.results[0].dims[0] * p.results[0].dims[1] * Plan(p).row_tiles;
}

/// Blocks of kRows rows, counted through the channels of all images.
class Run {
 public:
  Run(const Arguments& arguments, const Plan& plan)
      : arguments_(arguments),
        problem_(*arguments.problem),
        plan_(plan),
        side_(gemm_i8::to_side(problem_.operands[0].dtype, false)),
        zero_(gemm_i8::element(arguments, 2, 0)),
        lines_(static_cast<uint8_t*>(arguments.workspace)),
        panel_(lines_ + 2 * plan_.lines_bytes()),
        band_(panel_ + plan_.panel_bytes()),
        // None of its operators has an operand: it is the same for all channels.
        finish_(gemm::make_finish(arguments, plan.parts.rest, {}, true, 1, 0, [](const Operand&) { return 0; })) {
    // The padding beside the rows stays; only the rows between it are written.
    std::memset(lines_, static_cast<uint8_t>(zero_), static_cast<size_t>(2 * plan_.lines_bytes()));
    std::memset(band_, 0, static_cast<size_t>(plan_.band_bytes()));
  }

  /// A block's rows are copied while the block before is worked on: loads that straddle stores so recent that they are
  /// not in the cache yet would wait for them.
  void blocks(int64_t begin, int64_t end) {
    if (begin < end) copy_rows(begin);
    for (int64_t i = begin; i < end; ++i) {
      if (i + 1 < end) copy_rows(i + 1);
      if (i == begin || i % plan_.blocks == 0) set_channel(i / plan_.blocks);
      const int64_t columns = plan_.axes[2].out;
      const int64_t unit = 3 * gemm_i8::lanes();
      for (int64_t c = 0; c < columns; c += unit) panel(i, c, std::min(unit, columns - c));
    }
  }

 private:
  void set_channel(int64_t index) {
    const int64_t channels = problem_.results[0].dims[1];
    channel_ = index % channels;
    image_ = index / channels;
    set_band();
  }

  /// Row r of the band holds the weights at the input rows r * stride … of the block.
  void set_band() {
    const WindowAxis& h = plan_.axes[1];
    const WindowAxis& w = plan_.axes[2];
    const int64_t count = h.kernel * w.kernel;
    const auto* weights = static_cast<const int8_t*>(arguments_.operands[1]) + channel_ * count;
    const int64_t line_bytes = plan_.row_quads * 4 * kRows;
    int32_t sum = 0;
    for (int64_t k = 0; k < count; ++k) sum += weights[k];
    for (int64_t i = 0; i < h.kernel; ++i) {
      for (int64_t j = 0; j < w.kernel; j += 4) {
        int8_t quad[4] = {};
        for (int64_t k = 0; k < std::min<int64_t>(4, w.kernel - j); ++k) quad[k] = weights[i * w.kernel + j + k];
        uint8_t* to = band_ + i * line_bytes + j * kRows;
        for (int64_t r = 0; r < kRows; ++r) std::memcpy(to + r * (h.stride * line_bytes + 4), quad, sizeof quad);
      }
    }
    int64_t add = -int64_t{zero_ + side_.shift} * sum;
    if (plan_.parts.bias != nullptr)
      add += gemm_i8::element(arguments_, static_cast<size_t>(plan_.parts.bias->operand), channel_);
    std::fill_n(add_, kRows, gemm_i8::wrapped(add));
  }

  [[nodiscard]] uint8_t* lines_of(int64_t block) const { return lines_ + block % 2 * plan_.lines_bytes(); }

  /// The input rows of a block; those outside the image are padding.
  void copy_rows(int64_t block) {
    const Operand& x = problem_.operands[0];
    const WindowAxis& h = plan_.axes[1];
    const WindowAxis& w = plan_.axes[2];
    const int64_t channels = problem_.results[0].dims[1];
    const int64_t channel = block / plan_.blocks % channels;
    const int64_t image = block / plan_.blocks / channels;
    const int64_t per_group = problem_.operands[1].dims[0] / attributes_of(problem_).group;
    const auto* plane =
        static_cast<const uint8_t*>(arguments_.operands[0]) + image * x.strides[0] + channel / per_group * x.strides[1];
    const int64_t first = block % plan_.blocks * kRows * h.stride - h.pad_begin;
    const auto width = static_cast<size_t>(w.in);
    for (int64_t r = 0; r < plan_.input_rows; ++r) {
      uint8_t* to = lines_of(block) + r * plan_.line + w.pad_begin;
      const int64_t row = first + r;
      if (row < 0 || row >= h.in)
        std::memset(to, static_cast<uint8_t>(zero_), width);
      else
        std::memcpy(to, plane + row * h.x_stride, width);
    }
  }

  void panel(int64_t block, int64_t first, int64_t columns) {
    const WindowAxis& w = plan_.axes[2];
    const int64_t padded = gemm_i8::padded_columns(columns);
    conv::quads_of_lines({.line = lines_of(block) + first * w.stride,
                          .next = plan_.line,
                          .lines = plan_.input_rows,
                          .quads = plan_.row_quads,
                          .stride = w.stride,
                          .columns = padded,
                          .flip = side_.flip},
                         panel_);
    alignas(64) int32_t sum[kRows * kMostColumns];
    gemm_i8::best().multiply({.rows = band_,
                              .columns = panel_,
                              .quads = plan_.quads,
                              .vectors = static_cast<int>(padded / gemm_i8::lanes()),
                              .signed_rows = true,
                              .sum = sum});
    write(sum, block % plan_.blocks, first, columns);
  }

  void write(const int32_t* sum, int64_t b, int64_t first, int64_t columns) {
    const Operand& y = problem_.results[0];
    const WindowAxis& w = plan_.axes[2];
    const int64_t offset = image_ * y.strides[0] + channel_ * y.strides[1] + b * kRows * w.out + first;
    gemm_i8::Store store{.row_add = add_,
                         .finish = &finish_,
                         .dtype = y.dtype,
                         .zero = plan_.parts.zero,
                         .y = static_cast<uint8_t*>(arguments_.results[0]) + bytes_of(y.dtype, offset),
                         .y_row = w.out,
                         .rows = std::min(kRows, plan_.axes[1].out - b * kRows),
                         .columns = columns};
    if (plan_.parts.scale != nullptr) {
      const auto index = static_cast<size_t>(plan_.parts.scale->operand);
      const bool single = problem_.operands[index].count() == 1;
      store.scale = static_cast<const float*>(arguments_.operands[index]) + (single ? 0 : channel_);
    }
    gemm_i8::store(sum, store);
  }

  const Arguments& arguments_;
  const Problem& problem_;
  const Plan& plan_;
  const gemm_i8::Side side_;
  const int32_t zero_;
  uint8_t* lines_;
  uint8_t* panel_;
  uint8_t* band_;
  const gemm::Finish finish_;
  int32_t add_[kRows] = {};
  int64_t image_ = 0, channel_ = 0;
};

void run(const Arguments& arguments, TileRange range) noexcept {
  const Plan plan(*arguments.problem);
  Run(arguments, plan).blocks(plan.first_block(range.begin), plan.first_block(range.end));
}

}  // namespace

extern const KernelDef kConvBandI8Hwy;
const KernelDef kConvBandI8Hwy = {.name = "conv_band_i8_hwy",
                                  .family = Family::conv,
                                  .variant = "hwy",
                                  .accepts = accepts,
                                  .work = work,
                                  .workspace_bytes = workspace_bytes,
                                  .tiles = tiles,
                                  .run = run,
                                  .bound = {.relative = 2e-6}};

}  // namespace walle::kernels
