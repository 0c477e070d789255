#include <algorithm>
#include <array>

#include "kernels/simd/byte_rows.h"
#include "kernels/simd/vector_ops.h"
#include "kernels/support/def.h"
#include "kernels/support/rows.h"

namespace walle::kernels {
namespace {

const QuantizedBinaryAttributes& attributes_of(const Problem& p) {
  return std::get<QuantizedBinaryAttributes>(p.attributes);
}
bool is_byte(DType d) { return d == DType::i8 || d == DType::u8; }

RowPlan<3> plan_of(const Problem& p) {
  return row_plan<3>(p.results[0].dims, {p.operands[0].strides, p.operands[1].strides, p.results[0].strides});
}

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 2)) return refusal;
  const BinaryOp op = attributes_of(p).op;
  if (op != BinaryOp::add && op != BinaryOp::sub && op != BinaryOp::mul) return Refusal{"only add, sub and mul"};
  if (!is_byte(p.operands[0].dtype) || !is_byte(p.operands[1].dtype) || !is_byte(p.results[0].dtype))
    return Refusal{"only 8 bits"};
  if (p.operands[0].dims != p.results[0].dims || p.operands[1].dims != p.results[0].dims)
    return Refusal{"operand and result differ in shape"};
  const RowPlan<3> plan = plan_of(p);
  return refuse_if(!row_stride_is(plan, 0, true) || !row_stride_is(plan, 1, true) || !row_stride_is(plan, 2, false),
                   "rows are not dense");
}

Work work(const Problem& p, const Params&) {
  return {.operations = 24 * static_cast<double>(p.results[0].count()), .bytes = traffic_of(p), .steps = 1};
}

int64_t tiles(const Problem& p, const Params&) { return plan_of(p).tiles(); }

/// Pieces of a row go through f32 in the first-level cache.
class Rows {
 public:
  explicit Rows(const Problem& p) : p_(p), q_(attributes_of(p)), combine_(binary_row(q_.op)) {}

  void run(const uint8_t* a, size_t a_step, const uint8_t* b, size_t b_step, uint8_t* y, int64_t length) {
    for (int64_t at = 0; at < length; at += kPiece) {
      const auto count = static_cast<size_t>(std::min(kPiece, length - at));
      const ByteRows& rows = byte_rows();
      rows.to_floats(a + static_cast<size_t>(at) * a_step, is_signed(0), left_.data(), a_step == 0 ? 1 : count,
                     q_.a_zero, q_.a_scale);
      rows.to_floats(b + static_cast<size_t>(at) * b_step, is_signed(1), right_.data(), b_step == 0 ? 1 : count,
                     q_.b_zero, q_.b_scale);
      combine_(left_.data(), a_step, right_.data(), b_step, sum_.data(), count);
      store(y + at, count);
    }
  }

 private:
  static constexpr int64_t kPiece = 512;

  [[nodiscard]] bool is_signed(size_t operand) const { return p_.operands[operand].dtype == DType::i8; }

  void store(uint8_t* y, size_t count) {
    const bool signed_result = p_.results[0].dtype == DType::i8;
    byte_rows().to_bytes(sum_.data(), signed_result, y, count, q_.y_scale, q_.y_zero);
    if (q_.low <= (signed_result ? -128 : 0) && q_.high >= (signed_result ? 127 : 255)) return;
    for (size_t i = 0; i < count; ++i) {
      const int32_t value = signed_result ? static_cast<int8_t>(y[i]) : y[i];
      y[i] = static_cast<uint8_t>(std::clamp(value, q_.low, q_.high));
    }
  }

  const Problem& p_;
  const QuantizedBinaryAttributes& q_;
  BinaryRow combine_;
  std::array<float, kPiece> left_{}, right_{}, sum_{};
};

void run(const Arguments& a, TileRange range) noexcept {
  const RowPlan<3> plan = plan_of(*a.problem);
  Rows rows(*a.problem);
  for_rows(plan, range, [&](const auto& at, int64_t length) {
    rows.run(static_cast<const uint8_t*>(a.operands[0]) + at[0], static_cast<size_t>(plan.box.strides[0].back()),
             static_cast<const uint8_t*>(a.operands[1]) + at[1], static_cast<size_t>(plan.box.strides[1].back()),
             static_cast<uint8_t*>(a.results[0]) + at[2], length);
  });
}

}  // namespace

extern const KernelDef kQuantizedBinaryRowHwy;
const KernelDef kQuantizedBinaryRowHwy = {.name = "quantized_binary_row_hwy",
                                          .family = Family::quantized_binary,
                                          .variant = "hwy",
                                          .accepts = accepts,
                                          .work = work,
                                          .tiles = tiles,
                                          .run = run};

}  // namespace walle::kernels
