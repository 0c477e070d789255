#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "kernels/abi/kernel.h"
#include "kernels/gemm/gemm.h"

/// Products of 8-bit matrices in exact 32-bit sums. One side is broadcast ("rows"), the other lies in vectors
/// ("columns"); depth goes in quads of 4 values, zero padded. One side holds i8, the other u8 (see `to_side`).
namespace walle::kernels::gemm_i8 {

/// Most columns of a tile: three vectors of the widest processor.
inline constexpr int64_t kMostColumns = 48;
inline constexpr int64_t kRows = 8;

/// What is multiplied at once: kRows rows by 1 to 3 vectors of `lanes` columns.
struct Tile {
  const uint8_t* rows = nullptr;     ///< [quads][kRows][4]
  const uint8_t* columns = nullptr;  ///< [quads][vectors * lanes()][4]
  int64_t quads = 0;
  int vectors = 1;
  bool signed_rows = true;  ///< rows i8 and columns u8, else rows u8 and columns i8
  int32_t* sum = nullptr;   ///< [kRows][kMostColumns], overwritten
};
using Multiply = void (*)(const Tile&);

/// A way to multiply that this processor has; the first is the fastest.
struct Implementation {
  std::string_view name;
  Multiply multiply;
};
[[nodiscard]] std::span<const Implementation> implementations();
[[nodiscard]] inline const Implementation& best() { return implementations()[0]; }
/// Multiply-adds of the best implementation in the time of one f32 multiply-add.
[[nodiscard]] double speed();

/// Columns of one vector on this processor.
[[nodiscard]] int64_t lanes();
[[nodiscard]] std::string_view layout();
[[nodiscard]] inline int64_t quads_of(int64_t depth) { return (depth + 3) / 4; }
/// Columns of a panel that holds `columns` (≤ 3 * lanes): whole vectors.
[[nodiscard]] inline int64_t padded_columns(int64_t columns) { return (columns + lanes() - 1) / lanes() * lanes(); }

/// How an operand gets the signedness of its side: its bytes are xored with `flip`, its zero point moves by `shift`.
struct Side {
  uint8_t flip = 0;
  int32_t shift = 0;
};
[[nodiscard]] inline Side to_side(DType dtype, bool is_signed) {
  if ((dtype == DType::i8) == is_signed) return {};
  return {.flip = 0x80, .shift = is_signed ? -128 : 128};
}

/// Packs `rows` (≤ kRows) rows of `depth` values into [quads][kRows][4]. sums: of each row's values, kRows of them.
void pack_rows(const uint8_t* source, int64_t row_stride, int64_t depth_stride, int64_t rows, int64_t depth,
               const Side& side, bool is_signed, uint8_t* destination, int32_t* sums);
/// Interleaves 4 lines of `columns` bytes (whole vectors) into one quad: [columns][4].
void interleave(const uint8_t* const lines[4], int64_t columns, uint8_t flip, uint8_t* destination);
/// Sums of each column of a packed panel.
void column_sums(const uint8_t* panel, int64_t quads, int64_t columns, bool is_signed, int32_t* sums);

/// What becomes of a tile's sums: value = sum + row_add[r] + column_add[c] + row_factor[r] * column_factor[c], exact in
/// 32 bits; where `scale` is given, f32(value) * scale, then the finish; where the dtype has 8 bits, rounded half to
/// even, + zero, saturated. Row and column arrays begin at the tile; those of columns may be read by whole vectors.
struct Store {
  const int32_t* row_add = nullptr;        ///< never null
  const int32_t* column_add = nullptr;     ///< or null
  const int32_t* row_factor = nullptr;     ///< null: no product is added
  const int32_t* column_factor = nullptr;  ///< given with row_factor
  const float* scale = nullptr;            ///< of row 0, column 0 of the whole result; null: the i32 value is stored
  int64_t scale_row_stride = 0, scale_column_stride = 0;  ///< 0 or 1
  const gemm::Finish* finish = nullptr;                   ///< given with scale
  DType dtype = DType::i32;                               ///< i32, f32, u8 or i8
  int32_t zero = 0;
  void* y = nullptr;  ///< the tile's first element
  int64_t y_row = 0;
  int64_t rows = 0, columns = 0;
  int64_t row = 0, column = 0;  ///< of the tile in the whole result
};
void store(const int32_t* sum, const Store& store);

/// The parts of an 8-bit contraction's epilogue.
struct Parts {
  const EpilogueOp* bias = nullptr;   ///< i32, before scale
  const EpilogueOp* scale = nullptr;  ///< null: the result is i32
  Epilogue rest;                      ///< in f32
  int32_t zero = 0;                   ///< of quantize
};
[[nodiscard]] Parts parts_of(const Problem& problem);

/// Why an epilogue has no vector form; nullopt: it has. `column_axis` as in gemm::check_finish.
[[nodiscard]] std::optional<Refusal> check(const Problem& problem, size_t column_axis);

/// True if operand `i` is given and may hold something else than zero.
[[nodiscard]] bool may_be_nonzero(const Problem& problem, size_t i);
/// Element of an 8-bit zero point or i32 bias; 0 if it is not given. A single value serves every `index`.
[[nodiscard]] int32_t element(const Arguments& arguments, size_t operand, int64_t index);
/// The low 32 bits of a sum: it wraps as the vectors' sums do.
[[nodiscard]] inline int32_t wrapped(int64_t sum) { return static_cast<int32_t>(static_cast<uint32_t>(sum)); }

}  // namespace walle::kernels::gemm_i8
