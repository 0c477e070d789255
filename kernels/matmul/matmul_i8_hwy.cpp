#include <algorithm>

#include "kernels/gemm/gemm_i8.h"
#include "kernels/support/def.h"
#include "kernels/support/scalar.h"

namespace walle::kernels {
namespace {

using gemm_i8::kMostColumns;
using gemm_i8::kRows;

constexpr int64_t kTileRows = 64;

bool is_byte(DType d) { return d == DType::i8 || d == DType::u8; }

/// y[rows x columns] for each batch: a is the u8 rows, b the i8 columns.
struct Plan {
  size_t rank = 0;
  int64_t batches = 1, rows = 0, columns = 0, depth = 0, quads = 0;
  int64_t unit = 0, panels = 1, row_tiles = 1, tile_panels = 1, panel_tiles = 1;
  int64_t panel_bytes = 0, batch_bytes = 0;  ///< of a packed panel; of a packed b with its sums
};

Plan plan_of(const Problem& p) {
  const Operand& y = p.results[0];
  Plan plan{.rank = y.dims.size()};
  plan.rows = y.dims[plan.rank - 2];
  plan.columns = y.dims[plan.rank - 1];
  plan.depth = p.operands[0].dims[plan.rank - 1];
  plan.quads = gemm_i8::quads_of(plan.depth);
  for (size_t i = 0; i + 2 < plan.rank; ++i) plan.batches *= y.dims[i];
  plan.unit = 3 * gemm_i8::lanes();
  plan.panels = (plan.columns + plan.unit - 1) / plan.unit;
  plan.row_tiles = (plan.rows + kTileRows - 1) / kTileRows;
  const int64_t wanted = p.threads == 1 ? 1 : 4 * p.threads;
  const int64_t splits = std::clamp<int64_t>(wanted / std::max<int64_t>(plan.batches * plan.row_tiles, 1), 1,
                                             std::max<int64_t>(plan.panels, 1));
  plan.tile_panels = (plan.panels + splits - 1) / splits;
  plan.panel_tiles = (plan.panels + plan.tile_panels - 1) / std::max<int64_t>(plan.tile_panels, 1);
  plan.panel_bytes = plan.quads * 4 * plan.unit;
  plan.batch_bytes = plan.panels * (plan.panel_bytes + plan.unit * static_cast<int64_t>(sizeof(int32_t)));
  return plan;
}

/// A single value, or one for each row (column) in a vector.
bool vector_or_single(const Problem& p, size_t i) {
  return !has_operand(p, i) || p.operands[i].count() == 1 || p.operands[i].dims.size() == 1;
}
bool is_single(const Problem& p, size_t i) { return !has_operand(p, i) || p.operands[i].count() == 1; }

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 2)) return refusal;
  const Operand& a = p.operands[0];
  const Operand& b = p.operands[1];
  const Operand& y = p.results[0];
  const size_t rank = y.dims.size();
  if (!is_byte(a.dtype) || !is_byte(b.dtype)) return Refusal{"only 8 bits"};
  if (rank < 2 || a.dims.size() != rank || b.dims.size() != rank) return Refusal{"ranks differ or are below 2"};
  if (y.count() == 0 || a.count() == 0) return Refusal{"an empty operand"};
  if (std::get<MatMulAttributes>(p.attributes).alpha != 1) return Refusal{"a factor"};
  if (!y.contiguous()) return Refusal{"a result that is not dense"};
  if (!vector_or_single(p, 2) || !vector_or_single(p, 3)) return Refusal{"a zero point of another shape"};
  const bool b_shifted = b.dtype == DType::u8 || gemm_i8::may_be_nonzero(p, 3);
  if (!is_single(p, 2) && b_shifted) return Refusal{"zero points for each row and on the other side"};
  return gemm_i8::check(p, rank - 1);
}

Work work(const Problem& p, const Params&) {
  const Plan plan = plan_of(p);
  const auto rows = static_cast<double>((plan.rows + kRows - 1) / kRows * kRows);
  const auto depth = static_cast<double>(plan.quads * 4);
  const auto columns = static_cast<double>(gemm_i8::padded_columns(plan.columns));
  const double packing = p.operands[1].constant ? 0 : 4 * depth * columns;
  const double own = rows * columns * (depth / gemm_i8::speed() + 12) + rows * depth + packing;
  return {.operations = 2 * static_cast<double>(plan.batches) * own, .bytes = traffic_of(p), .steps = 1};
}

/// Packed batches of a constant b: one where all share it.
int64_t packed_batches(const Problem& p, const Plan& plan) {
  const Operand& b = p.operands[1];
  for (size_t i = 0; i + 2 < plan.rank; ++i) {
    if (b.strides[i] != 0 && b.dims[i] != 1) return plan.batches;
  }
  return 1;
}

/// Offset of a batch in an operand.
int64_t batch_offset(const Plan& plan, const Operand& operand, const Extents& dims, int64_t batch) {
  int64_t offset = 0;
  for (size_t i = plan.rank - 2; i-- > 0;) {
    offset += batch % dims[i] * (operand.dims[i] == 1 ? 0 : operand.strides[i]);
    batch /= dims[i];
  }
  return offset;
}

/// Packs `columns` columns of b (already at the panel) with their sums.
void pack_panel(const Problem& p, const Plan& plan, const uint8_t* b, int64_t columns, uint8_t* panel, int32_t* sums) {
  const Operand& operand = p.operands[1];
  const int64_t depth_stride = operand.strides[plan.rank - 2];
  const int64_t column_stride = operand.strides[plan.rank - 1];
  const gemm_i8::Side side = gemm_i8::to_side(operand.dtype, true);
  const int64_t padded = gemm_i8::padded_columns(columns);
  alignas(64) uint8_t lines[4][64];
  const uint8_t* const rows[4] = {lines[0], lines[1], lines[2], lines[3]};
  for (int64_t q = 0; q < plan.quads; ++q) {
    for (int64_t r = 0; r < 4; ++r) {
      const int64_t k = 4 * q + r;
      std::fill_n(lines[r], 64, side.flip);  // becomes 0
      if (k >= plan.depth) continue;
      const uint8_t* from = b + k * depth_stride;
      for (int64_t c = 0; c < columns; ++c) lines[r][c] = from[c * column_stride];
    }
    gemm_i8::interleave(rows, padded, side.flip, panel + q * 4 * padded);
  }
  gemm_i8::column_sums(panel, plan.quads, padded, true, sums);
}

Packing packing(const Problem& p, const Params&) {
  if (!p.operands[1].constant) return {};
  const Plan plan = plan_of(p);
  return {.operand = 1,
          .bytes = static_cast<size_t>(packed_batches(p, plan) * plan.batch_bytes),
          .layout = p.operands[1].strides[plan.rank - 1] == 1 ? "i8 columns q" : "i8 transposed q"};
}

void pack(const Problem& p, const Params&, const void* source, void* destination) {
  const Plan plan = plan_of(p);
  for (int64_t batch = 0; batch < packed_batches(p, plan); ++batch) {
    const auto* b = static_cast<const uint8_t*>(source) + batch_offset(plan, p.operands[1], p.results[0].dims, batch);
    auto* to = static_cast<uint8_t*>(destination) + batch * plan.batch_bytes;
    auto* sums = reinterpret_cast<int32_t*>(to + plan.panels * plan.panel_bytes);
    for (int64_t i = 0; i < plan.panels; ++i) {
      pack_panel(p, plan, b + i * plan.unit * p.operands[1].strides[plan.rank - 1],
                 std::min(plan.unit, plan.columns - i * plan.unit), to + i * plan.panel_bytes, sums + i * plan.unit);
    }
  }
}

/// Workspace: rows of a, their sums, column terms, and where b is packed while running, a panel with its sums.
size_t workspace_bytes(const Problem& p, const Params&) {
  const Plan plan = plan_of(p);
  const int64_t terms = kTileRows + 3 * kMostColumns;
  return static_cast<size_t>(plan.quads * 4 * kTileRows + plan.panel_bytes) +
         static_cast<size_t>(terms) * sizeof(int32_t);
}

int64_t tiles(const Problem& p, const Params&) {
  const Plan plan = plan_of(p);
  return std::max<int64_t>(1, plan.batches * plan.row_tiles * plan.panel_tiles);
}

class Run {
 public:
  explicit Run(const Arguments& arguments)
      : arguments_(arguments),
        problem_(*arguments.problem),
        plan_(plan_of(problem_)),
        parts_(gemm_i8::parts_of(problem_)),
        a_side_(gemm_i8::to_side(problem_.operands[0].dtype, false)),
        b_side_(gemm_i8::to_side(problem_.operands[1].dtype, true)),
        b_shifted_(b_side_.shift != 0 || gemm_i8::may_be_nonzero(problem_, 3)),
        a_single_(is_single(problem_, 2)) {
    row_sums_ = static_cast<int32_t*>(arguments.workspace);
    column_add_ = row_sums_ + kTileRows;
    column_factor_ = column_add_ + kMostColumns;
    own_sums_ = column_factor_ + kMostColumns;
    rows_ = reinterpret_cast<uint8_t*>(own_sums_ + kMostColumns);
    own_panel_ = rows_ + plan_.quads * 4 * kTileRows;
  }

  void tile(int64_t index) {
    const int64_t first = index % plan_.panel_tiles * plan_.tile_panels;
    index /= plan_.panel_tiles;
    row_ = index % plan_.row_tiles * kTileRows;
    batch_ = index / plan_.row_tiles;
    row_count_ = std::min(kTileRows, plan_.rows - row_);
    pack_rows();
    finish_ = gemm::make_finish(arguments_, parts_.rest, {}, false, plan_.rank - 2, 0, [&](const Operand& operand) {
      return batch_offset(plan_, operand, problem_.results[0].dims, batch_);
    });
    for (int64_t i = first; i < std::min(plan_.panels, first + plan_.tile_panels); ++i) panel(i);
  }

 private:
  void pack_rows() {
    const Operand& a = problem_.operands[0];
    const auto* source = static_cast<const uint8_t*>(arguments_.operands[0]) +
                         batch_offset(plan_, a, problem_.results[0].dims, batch_) + row_ * a.strides[plan_.rank - 2];
    for (int64_t r = 0; r < row_count_; r += kRows) {
      gemm_i8::pack_rows(source + r * a.strides[plan_.rank - 2], a.strides[plan_.rank - 2], a.strides[plan_.rank - 1],
                         std::min(kRows, row_count_ - r), plan_.depth, a_side_, false, rows_ + r * plan_.quads * 4,
                         row_sums_ + r);
    }
  }

  /// The packed columns of panel i and their sums.
  const uint8_t* panel_data(int64_t i, int64_t columns, const int32_t*& sums) {
    if (arguments_.packed != nullptr) {
      const int64_t batch = packed_batches(problem_, plan_) == 1 ? 0 : batch_;
      const auto* b = static_cast<const uint8_t*>(arguments_.packed) + batch * plan_.batch_bytes;
      sums = reinterpret_cast<const int32_t*>(b + plan_.panels * plan_.panel_bytes) + i * plan_.unit;
      return b + i * plan_.panel_bytes;
    }
    const Operand& b = problem_.operands[1];
    const auto* source = static_cast<const uint8_t*>(arguments_.operands[1]) +
                         batch_offset(plan_, b, problem_.results[0].dims, batch_) +
                         i * plan_.unit * b.strides[plan_.rank - 1];
    pack_panel(problem_, plan_, source, columns, own_panel_, own_sums_);
    sums = own_sums_;
    return own_panel_;
  }

  void panel(int64_t i) {
    const int64_t column = i * plan_.unit;
    const int64_t columns = std::min(plan_.unit, plan_.columns - column);
    const int32_t* sums = nullptr;
    const uint8_t* data = panel_data(i, columns, sums);
    const int32_t a_zero = a_single_ ? gemm_i8::element(arguments_, 2, 0) + a_side_.shift : 0;
    for (int64_t c = 0; c < columns; ++c) {
      const int32_t b_zero = gemm_i8::element(arguments_, 3, column + c) + b_side_.shift;
      int64_t add = a_zero * (plan_.depth * b_zero - int64_t{sums[c]});
      if (parts_.bias != nullptr)
        add += gemm_i8::element(arguments_, static_cast<size_t>(parts_.bias->operand), column + c);
      column_add_[c] = gemm_i8::wrapped(add);
      column_factor_[c] = a_single_ ? b_zero : sums[c];
    }
    for (int64_t r = 0; r < row_count_; r += kRows) block(data, r, column, columns);
  }

  void block(const uint8_t* data, int64_t r, int64_t column, int64_t columns) {
    alignas(64) int32_t sum[kRows * kMostColumns];
    gemm_i8::best().multiply({.rows = rows_ + r * plan_.quads * 4,
                              .columns = data,
                              .quads = plan_.quads,
                              .vectors = static_cast<int>(gemm_i8::padded_columns(columns) / gemm_i8::lanes()),
                              .signed_rows = false,
                              .sum = sum});
    const int32_t none[kRows] = {};
    int32_t factor[kRows];
    const int64_t rows = std::min(kRows, row_count_ - r);
    for (int64_t i = 0; i < rows; ++i)
      factor[i] = a_single_ ? -row_sums_[r + i] : -(gemm_i8::element(arguments_, 2, row_ + r + i) + a_side_.shift);
    const Operand& y = problem_.results[0];
    const int64_t offset = batch_offset(plan_, y, y.dims, batch_) + (row_ + r) * y.strides[plan_.rank - 2] + column;
    gemm_i8::Store store{.row_add = none,
                         .column_add = column_add_,
                         .row_factor = b_shifted_ || !a_single_ ? factor : nullptr,
                         .column_factor = column_factor_,
                         .finish = &finish_,
                         .dtype = y.dtype,
                         .zero = parts_.zero,
                         .y = static_cast<uint8_t*>(arguments_.results[0]) + bytes_of(y.dtype, offset),
                         .y_row = y.strides[plan_.rank - 2],
                         .rows = rows,
                         .columns = columns,
                         .row = row_ + r,
                         .column = column};
    if (parts_.scale != nullptr) {
      const auto index = static_cast<size_t>(parts_.scale->operand);
      store.scale = static_cast<const float*>(arguments_.operands[index]);
      store.scale_column_stride = problem_.operands[index].count() == 1 ? 0 : 1;
    }
    gemm_i8::store(sum, store);
  }

  const Arguments& arguments_;
  const Problem& problem_;
  Plan plan_;
  gemm_i8::Parts parts_;
  gemm_i8::Side a_side_, b_side_;
  bool b_shifted_, a_single_;
  gemm::Finish finish_;
  int32_t *row_sums_, *column_add_, *column_factor_, *own_sums_;
  uint8_t *rows_, *own_panel_;
  int64_t row_ = 0, batch_ = 0, row_count_ = 0;
};

void run(const Arguments& arguments, TileRange range) noexcept {
  Run run(arguments);
  for (int64_t tile = range.begin; tile < range.end; ++tile) run.tile(tile);
}

}  // namespace

extern const KernelDef kMatmulI8Hwy;
const KernelDef kMatmulI8Hwy = {.name = "matmul_i8_hwy",
                                .family = Family::matmul,
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
