#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "kernels/abi/kernel.h"
#include "kernels/simd/vector_ops.h"

namespace walle::kernels::gemm {

/// The micro-kernel's block on this processor: `rows` of a by `columns` of b. The layouts name what pack_rows (of a),
/// pack_columns (of b) and pack_columns of a transposed operand write.
struct Shape {
  int64_t rows = 8, columns = 48;
  std::string_view rows_layout, columns_layout, transposed_layout;
};
[[nodiscard]] const Shape& shape();

/// Depth of a block: one panel of b (depth x columns) stays in the first-level cache.
inline constexpr int64_t kDepth = 192;

/// What happens to a block of y before its last store. Only for f32.
struct Finish {
  struct Op {
    UnaryRow unary = nullptr;
    BinaryRow binary = nullptr;
    float alpha = 0, beta = 0;
    const float* operand = nullptr;  ///< null: alpha is the second operand of `binary`
    int64_t row_stride = 0, column_stride = 0;
  };
  float low = -std::numeric_limits<float>::infinity(), high = std::numeric_limits<float>::infinity();
  const float* bias = nullptr;  ///< added first
  int64_t bias_row_stride = 0, bias_column_stride = 0;
  std::array<Op, 5> ops{};
  int count = 0;
};

/// One panel: y[rows x columns] (+)= a[rows x depth] * b[depth x columns], columns ≤ shape().columns.
struct Panel {
  const float* a = nullptr;
  int64_t a_row = 0, a_depth = 0;  ///< strides; a block of shape().rows rows begins at a + block * a_block
  int64_t a_block = 0;
  const float* b = nullptr;  ///< rows of shape().columns elements that may be read (padded), b_depth apart
  int64_t b_depth = 0;
  float* y = nullptr;
  int64_t y_row = 0;
  int64_t rows = 0, columns = 0, depth = 0;
  bool first = true;               ///< begins with the bias instead of y
  bool last = true;                ///< ends with the finish
  const Finish* finish = nullptr;  ///< never null
  int64_t row = 0, column = 0;     ///< of y's first element in the whole result, for the finish's operands
};
void multiply(const Panel& panel);

/// Packs a[rows x depth] into blocks of [depth][shape().rows], zero padded. destination: packed_rows_bytes.
void pack_rows(const float* a, int64_t row_stride, int64_t depth_stride, int64_t rows, int64_t depth,
               float* destination);
[[nodiscard]] size_t packed_rows_bytes(int64_t rows, int64_t depth);

/// Packs b[depth x columns] into panels of [depth][shape().columns], zero padded.
void pack_columns(const float* b, int64_t depth_stride, int64_t column_stride, int64_t depth, int64_t columns,
                  float* destination);
[[nodiscard]] size_t packed_columns_bytes(int64_t depth, int64_t columns);

/// Why an epilogue has no vector form; nullopt: it has. `column_axis`: first axis of result 0 that runs along columns;
/// the axes from there on have to be dense in added operands.
[[nodiscard]] std::optional<Refusal> check_finish(const Problem& problem, size_t column_axis);

namespace detail {
void add_op(Finish& finish, const EpilogueOp& op, const float* operand, int64_t row_stride, int64_t column_stride);
}

/// Adds an epilogue of the problem to a finish. `channel_is_row`: bias_channel runs along rows (conv), from
/// `first_channel` on, else along columns (matmul). `operand_offset(operand)`: element offset of row 0, column 0 of
/// this batch (and group) in an added operand.
template <class F>
[[nodiscard]] Finish make_finish(const Arguments& arguments, const Epilogue& epilogue, Finish finish,
                                 bool channel_is_row, size_t row_axis, int64_t first_channel, F&& operand_offset) {
  for (const EpilogueOp& op : epilogue) {
    const auto index = static_cast<size_t>(op.operand < 0 ? 0 : op.operand);
    const Operand& operand = arguments.problem->operands[index];
    const auto* data = static_cast<const float*>(arguments.operands[index]);
    if (op.kind == EpilogueKind::bias_channel) {
      const int64_t stride = operand.dims.empty() ? 0 : operand.strides.back();
      detail::add_op(finish, op, data + first_channel * stride, channel_is_row ? stride : 0,
                     channel_is_row ? 0 : stride);
    } else if (op.kind == EpilogueKind::add_operand) {
      detail::add_op(finish, op, data + operand_offset(operand), operand.strides[row_axis], 1);
    } else {
      detail::add_op(finish, op, nullptr, 0, 0);
    }
  }
  return finish;
}

template <class F>
[[nodiscard]] Finish make_finish(const Arguments& arguments, Finish finish, bool channel_is_row, size_t row_axis,
                                 int64_t first_channel, F&& operand_offset) {
  return make_finish(arguments, arguments.problem->epilogue, finish, channel_is_row, row_axis, first_channel,
                     operand_offset);
}

}  // namespace walle::kernels::gemm
