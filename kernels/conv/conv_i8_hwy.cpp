#include <algorithm>

#include "kernels/conv/im2col_i8.h"
#include "kernels/gemm/gemm_i8.h"
#include "kernels/support/def.h"
#include "kernels/support/scalar.h"
#include "kernels/support/window.h"

namespace walle::kernels {
namespace {

using gemm_i8::kMostColumns;
using gemm_i8::kRows;

const ConvAttributes& attributes_of(const Problem& p) { return std::get<ConvAttributes>(p.attributes); }
bool is_byte(DType d) { return d == DType::i8 || d == DType::u8; }

/// Each image and group is y[rows x columns] = w[rows x depth] * columns(x)[depth x columns]: weights are i8 rows,
/// the image u8 columns.
struct Plan {
  WindowAxes axes;
  int64_t group = 1, rows = 0, columns = 0, depth = 0, quads = 0;
  int64_t unit = 0, panels = 1, blocks = 1;   ///< columns of a panel; blocks of kRows rows
  int64_t tile_blocks = 1, row_tiles = 1;     ///< blocks of one tile
  int64_t panel_bytes = 0, weight_bytes = 0;  ///< of a panel; of a group's packed weights with their sums
};

Plan plan_of(const Problem& p) {
  const Operand& x = p.operands[0];
  const Operand& w = p.operands[1];
  Plan plan{.axes = window_axes(attributes_of(p).window, x, &w, p.results[0]), .group = attributes_of(p).group};
  plan.rows = w.dims[0] / plan.group;
  plan.columns = plan.axes[1].out * plan.axes[2].out;
  plan.depth = w.dims[1] * plan.axes[1].kernel * plan.axes[2].kernel;
  plan.quads = gemm_i8::quads_of(plan.depth);
  plan.unit = 3 * gemm_i8::lanes();
  plan.panels = (plan.columns + plan.unit - 1) / plan.unit;
  plan.blocks = (plan.rows + kRows - 1) / kRows;
  const int64_t wanted = p.threads == 1 ? 1 : 4 * p.threads;
  const int64_t images = p.results[0].dims[0] * plan.group;
  const int64_t splits = std::clamp<int64_t>(wanted / (images * plan.panels), 1, std::max<int64_t>(plan.blocks / 4, 1));
  plan.tile_blocks = (plan.blocks + splits - 1) / splits;
  plan.row_tiles = (plan.blocks + plan.tile_blocks - 1) / plan.tile_blocks;
  plan.panel_bytes = plan.quads * 4 * plan.unit;
  plan.weight_bytes = plan.blocks * (plan.quads * 4 * kRows + kRows * static_cast<int64_t>(sizeof(int32_t)));
  return plan;
}

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 2)) return refusal;
  const Operand& x = p.operands[0];
  const Operand& w = p.operands[1];
  const Operand& y = p.results[0];
  if (!is_byte(x.dtype) || !is_byte(w.dtype)) return Refusal{"only 8 bits"};
  if (const char* fault = window_fault(attributes_of(p).window, x, y)) return Refusal{fault};
  if (x.dims.size() > 4) return Refusal{"only one or two spatial axes"};
  if (y.count() == 0 || x.count() == 0) return Refusal{"an empty operand"};
  if (!w.constant || !w.contiguous()) return Refusal{"weights that are not constant and dense"};
  if (x.strides.back() != 1 && x.dims.back() != 1) return Refusal{"the operand's last axis is not dense"};
  if (!y.contiguous()) return Refusal{"a result that is not dense"};
  if (attributes_of(p).group > 1 && w.dims[1] == 1) return Refusal{"depthwise: one row a group"};
  return gemm_i8::check(p, 2);
}

Work work(const Problem& p, const Params&) {
  const Plan plan = plan_of(p);
  const auto images = static_cast<double>(p.results[0].dims[0] * plan.group);
  const auto columns = static_cast<double>(gemm_i8::padded_columns(plan.columns));
  const double multiplies =
      static_cast<double>(plan.quads * 4) * static_cast<double>(plan.blocks * kRows) / gemm_i8::speed();
  const double packing = 6 * static_cast<double>(plan.depth);
  const double storing = 12 * static_cast<double>(plan.rows);
  return {.operations = 2 * images * columns * (multiplies + packing + storing), .bytes = traffic_of(p), .steps = 1};
}

Packing packing(const Problem& p, const Params&) {
  const Plan plan = plan_of(p);
  return {.operand = 1, .bytes = static_cast<size_t>(plan.group * plan.weight_bytes), .layout = gemm_i8::layout()};
}

void pack(const Problem& p, const Params&, const void* source, void* destination) {
  const Plan plan = plan_of(p);
  const gemm_i8::Side side = gemm_i8::to_side(p.operands[1].dtype, true);
  for (int64_t g = 0; g < plan.group; ++g) {
    const auto* from = static_cast<const uint8_t*>(source) + g * plan.rows * plan.depth;
    auto* to = static_cast<uint8_t*>(destination) + g * plan.weight_bytes;
    auto* sums = reinterpret_cast<int32_t*>(to + plan.blocks * plan.quads * 4 * kRows);
    for (int64_t b = 0; b < plan.blocks; ++b) {
      gemm_i8::pack_rows(from + b * kRows * plan.depth, plan.depth, 1, std::min(kRows, plan.rows - b * kRows),
                         plan.depth, side, true, to + b * plan.quads * 4 * kRows, sums + b * kRows);
    }
  }
}

size_t workspace_bytes(const Problem& p, const Params&) {
  return static_cast<size_t>(plan_of(p).panel_bytes) + 2 * kMostColumns * sizeof(int32_t);
}

int64_t tiles(const Problem& p, const Params&) {
  const Plan plan = plan_of(p);
  return p.results[0].dims[0] * plan.group * plan.row_tiles * plan.panels;
}

/// One tile: a panel of columns against some blocks of rows of one image and group.
class Run {
 public:
  explicit Run(const Arguments& arguments)
      : arguments_(arguments),
        problem_(*arguments.problem),
        plan_(plan_of(problem_)),
        parts_(gemm_i8::parts_of(problem_)),
        x_side_(gemm_i8::to_side(problem_.operands[0].dtype, false)),
        w_side_(gemm_i8::to_side(problem_.operands[1].dtype, true)),
        // u8 weights become i8 ones whose zero point is not 0.
        shifted_(w_side_.shift != 0 || gemm_i8::may_be_nonzero(problem_, 3)) {}

  void tile(int64_t index) {
    panel_ = index % plan_.panels * plan_.unit;
    index /= plan_.panels;
    const int64_t first = index % plan_.row_tiles * plan_.tile_blocks;
    index /= plan_.row_tiles;
    group_ = index % plan_.group;
    image_ = index / plan_.group;
    columns_ = std::min(plan_.unit, plan_.columns - panel_);
    pack_panel();
    set_finish();
    for (int64_t b = first; b < std::min(plan_.blocks, first + plan_.tile_blocks); ++b) block(b);
  }

 private:
  void pack_panel() {
    const Operand& x = problem_.operands[0];
    const auto* source = static_cast<const uint8_t*>(arguments_.operands[0]) + image_ * x.strides[0] +
                         group_ * problem_.operands[1].dims[1] * x.strides[1];
    const int32_t zero = gemm_i8::element(arguments_, 2, 0);
    zero_ = zero + x_side_.shift;
    const conv::Columns columns(plan_.axes, x.strides[1], panel_, columns_, gemm_i8::padded_columns(columns_));
    conv::pack_bytes(columns, source, plan_.depth, static_cast<uint8_t>(zero), x_side_.flip, panel());
    if (shifted_) gemm_i8::column_sums(panel(), plan_.quads, columns.width, false, sums());
  }

  void set_finish() {
    finish_ = gemm::make_finish(arguments_, parts_.rest, {}, true, 1, group_ * plan_.rows, [&](const Operand& operand) {
      return image_ * operand.strides[0] + group_ * plan_.rows * operand.strides[1];
    });
  }

  void block(int64_t b) {
    const auto* weights = static_cast<const uint8_t*>(arguments_.packed) + group_ * plan_.weight_bytes;
    const auto* weight_sums = reinterpret_cast<const int32_t*>(weights + plan_.blocks * plan_.quads * 4 * kRows);
    alignas(64) int32_t sum[kRows * kMostColumns];
    const int64_t padded = gemm_i8::padded_columns(columns_);
    gemm_i8::best().multiply({.rows = weights + b * plan_.quads * 4 * kRows,
                              .columns = panel(),
                              .quads = plan_.quads,
                              .vectors = static_cast<int>(padded / gemm_i8::lanes()),
                              .signed_rows = true,
                              .sum = sum});
    int32_t add[kRows];
    int32_t factor[kRows];
    const int64_t rows = std::min(kRows, plan_.rows - b * kRows);
    for (int64_t r = 0; r < rows; ++r) {
      const int64_t channel = group_ * plan_.rows + b * kRows + r;
      const int32_t w_zero = gemm_i8::element(arguments_, 3, channel) + w_side_.shift;
      int64_t sum_of_zeros = zero_ * (plan_.depth * w_zero - int64_t{weight_sums[b * kRows + r]});
      if (parts_.bias != nullptr)
        sum_of_zeros += gemm_i8::element(arguments_, static_cast<size_t>(parts_.bias->operand), channel);
      add[r] = gemm_i8::wrapped(sum_of_zeros);
      factor[r] = -w_zero;
    }
    write(sum, b, rows, add, factor);
  }

  void write(const int32_t* sum, int64_t b, int64_t rows, const int32_t* add, const int32_t* factor) {
    const Operand& y = problem_.results[0];
    const int64_t offset = image_ * y.strides[0] + (group_ * plan_.rows + b * kRows) * y.strides[1] + panel_;
    gemm_i8::Store store{.row_add = add,
                         .row_factor = shifted_ ? factor : nullptr,
                         .column_factor = shifted_ ? sums() : nullptr,
                         .finish = &finish_,
                         .dtype = y.dtype,
                         .zero = parts_.zero,
                         .y = static_cast<uint8_t*>(arguments_.results[0]) + bytes_of(y.dtype, offset),
                         .y_row = y.strides[1],
                         .rows = rows,
                         .columns = columns_,
                         .row = b * kRows,
                         .column = panel_};
    if (parts_.scale != nullptr) {
      const auto index = static_cast<size_t>(parts_.scale->operand);
      const bool single = problem_.operands[index].count() == 1;
      store.scale_row_stride = single ? 0 : 1;
      store.scale = static_cast<const float*>(arguments_.operands[index]) + (single ? 0 : group_ * plan_.rows);
    }
    gemm_i8::store(sum, store);
  }

  uint8_t* panel() { return static_cast<uint8_t*>(arguments_.workspace) + 2 * kMostColumns * sizeof(int32_t); }
  int32_t* sums() { return static_cast<int32_t*>(arguments_.workspace); }

  const Arguments& arguments_;
  const Problem& problem_;
  Plan plan_;
  gemm_i8::Parts parts_;
  gemm_i8::Side x_side_, w_side_;
  bool shifted_;
  gemm::Finish finish_;
  int64_t image_ = 0, group_ = 0, panel_ = 0, columns_ = 0;
  int32_t zero_ = 0;
};

void run(const Arguments& arguments, TileRange range) noexcept {
  Run run(arguments);
  for (int64_t tile = range.begin; tile < range.end; ++tile) run.tile(tile);
}

}  // namespace

extern const KernelDef kConvI8Hwy;
const KernelDef kConvI8Hwy = {.name = "conv_i8_hwy",
                              .family = Family::conv,
                              .variant = "hwy",
                              .accepts = accepts,
                              .work = work,
                              .packing = packing,
                              .pack = pack,
                              .workspace_bytes = workspace_bytes,
                              .tiles = tiles,
                              .run = run,
                              .bound = {.relative = 2e-6}};

}  // namespace walle::kernels
