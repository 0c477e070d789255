#include <algorithm>
#include <limits>

#include "kernels/gemm/gemm_i8.h"
#include "kernels/simd/byte_rows.h"
#include "kernels/support/def.h"
#include "kernels/support/epilogue.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gemm/finish_i8.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace walle::kernels::gemm_i8::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using D32 = hn::CappedTag<int32_t, 16>;
using DF = hn::Repartition<float, D32>;
using V32 = hn::Vec<D32>;
using VF = hn::Vec<DF>;

/// The exact value of row r's columns from c on.
HWY_INLINE V32 value_at(const int32_t* sum, const Store& s, int64_t r, int64_t c) {
  const D32 d;
  V32 value = hn::Add(hn::LoadU(d, sum + r * kMostColumns + c), hn::Set(d, s.row_add[r]));
  if (s.column_add != nullptr) value = hn::Add(value, hn::LoadU(d, s.column_add + c));
  if (s.row_factor != nullptr)
    value = hn::Add(value, hn::Mul(hn::Set(d, s.row_factor[r]), hn::LoadU(d, s.column_factor + c)));
  return value;
}

/// A row or column vector of f32 at (r, c); `left` elements of it exist.
HWY_INLINE VF floats_at(const float* x, int64_t row_stride, int64_t column_stride, const Store& s, int64_t r, int64_t c,
                        size_t left) {
  const DF d;
  const float* at = x + (s.row + r) * row_stride;
  return column_stride == 0 ? hn::Set(d, *at) : hn::LoadN(d, at + s.column + c, left);
}

void run_operators(const gemm::Finish& finish, const Store& s, int64_t r, float* y) {
  const auto columns = static_cast<size_t>(s.columns);
  for (int i = 0; i < finish.count; ++i) {
    const gemm::Finish::Op& op = finish.ops[static_cast<size_t>(i)];
    if (op.unary != nullptr) {
      op.unary(y, y, columns, op.alpha, op.beta);
    } else if (op.operand == nullptr) {
      op.binary(y, 1, &op.alpha, 0, y, columns);
    } else {
      const float* other = op.operand + (s.row + r) * op.row_stride + s.column * op.column_stride;
      op.binary(y, 1, other, static_cast<size_t>(op.column_stride), y, columns);
    }
  }
}

HWY_INLINE void store_real_row(const int32_t* sum, const Store& s, int64_t r) {
  const D32 d;
  const DF df;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const gemm::Finish& finish = *s.finish;
  HWY_ALIGN float row[kMostColumns + 16];
  const auto low = hn::Set(df, finish.low);
  const auto high = hn::Set(df, finish.high);
  for (int64_t c = 0; c < s.columns; c += lanes) {
    const auto left = static_cast<size_t>(std::min(lanes, s.columns - c));
    const VF scale = floats_at(s.scale, s.scale_row_stride, s.scale_column_stride, s, r, c, left);
    VF y = hn::Mul(hn::ConvertTo(df, value_at(sum, s, r, c)), scale);
    if (finish.bias != nullptr)
      y = hn::Add(y, floats_at(finish.bias, finish.bias_row_stride, finish.bias_column_stride, s, r, c, left));
    hn::StoreU(hn::Min(high, hn::Max(low, y)), df, row + c);
  }
  run_operators(finish, s, r, row);
  if (s.dtype == DType::f32)
    std::copy_n(row, s.columns, static_cast<float*>(s.y) + r * s.y_row);
  else
    byte_rows().to_bytes(row, s.dtype == DType::i8, static_cast<uint8_t*>(s.y) + r * s.y_row,
                         static_cast<size_t>(s.columns), 1, s.zero);
}

/// f32 to 8 bits: bounds, rounding, zero point.
template <class T>
class ToBytes {
 public:
  explicit ToBytes(const Store& s) : zero_(hn::Set(D32(), s.zero)) {
    const auto least = static_cast<float>(std::numeric_limits<T>::min() - s.zero);
    const auto most = static_cast<float>(std::numeric_limits<T>::max() - s.zero);
    low_ = hn::Set(DF(), std::clamp(s.finish->low, least, most));
    high_ = hn::Set(DF(), std::clamp(s.finish->high, least, most));
  }
  HWY_INLINE auto operator()(VF x) const {
    const hn::Rebind<T, D32> dt;
    return hn::DemoteTo(dt, hn::Add(hn::NearestInt(hn::Min(high_, hn::Max(low_, x))), zero_));
  }

 private:
  V32 zero_;
  VF low_, high_;
};

/// The usual case of a convolution, in registers: one sum to add and one scale for a row.
template <class T>
HWY_INLINE void store_bytes_by_row(const int32_t* sum, const Store& s, int64_t r) {
  const D32 d;
  const DF df;
  const hn::Rebind<T, D32> dt;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const ToBytes<T> to_bytes(s);
  const V32 add = hn::Set(d, s.row_add[r]);
  const VF scale = hn::Set(df, s.scale[(s.row + r) * s.scale_row_stride]);
  T* y = static_cast<T*>(s.y) + r * s.y_row;
  sum += r * kMostColumns;
  int64_t c = 0;
  for (; c + lanes <= s.columns; c += lanes)
    hn::StoreU(to_bytes(hn::Mul(hn::ConvertTo(df, hn::Add(hn::LoadU(d, sum + c), add)), scale)), dt, y + c);
  if (c < s.columns) {
    const auto bytes = to_bytes(hn::Mul(hn::ConvertTo(df, hn::Add(hn::LoadU(d, sum + c), add)), scale));
    hn::StoreN(bytes, dt, y + c, static_cast<size_t>(s.columns - c));
  }
}

/// The usual case in registers: scale, bias, bounds, 8 bits.
template <class T>
HWY_INLINE void store_bytes_row(const int32_t* sum, const Store& s, int64_t r) {
  const D32 d;
  const DF df;
  const hn::Rebind<T, D32> dt;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const gemm::Finish& finish = *s.finish;
  const ToBytes<T> to_bytes(s);
  T* y = static_cast<T*>(s.y) + r * s.y_row;
  for (int64_t c = 0; c < s.columns; c += lanes) {
    const auto left = static_cast<size_t>(std::min(lanes, s.columns - c));
    const VF scale = floats_at(s.scale, s.scale_row_stride, s.scale_column_stride, s, r, c, left);
    VF x = hn::Mul(hn::ConvertTo(df, value_at(sum, s, r, c)), scale);
    if (finish.bias != nullptr)
      x = hn::Add(x, floats_at(finish.bias, finish.bias_row_stride, finish.bias_column_stride, s, r, c, left));
    if (left == static_cast<size_t>(lanes))
      hn::StoreU(to_bytes(x), dt, y + c);
    else
      hn::StoreN(to_bytes(x), dt, y + c, left);
  }
}

template <class T>
void store_bytes(const int32_t* sum, const Store& s) {
  const bool by_row =
      s.column_add == nullptr && s.row_factor == nullptr && s.scale_column_stride == 0 && s.finish->bias == nullptr;
  for (int64_t r = 0; r < s.rows; ++r) by_row ? store_bytes_by_row<T>(sum, s, r) : store_bytes_row<T>(sum, s, r);
}

void store_here(const int32_t* sum, const Store& s) {
  const D32 d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const bool plain = s.scale != nullptr && s.finish->count == 0;
  if (plain && s.dtype == DType::u8) return store_bytes<uint8_t>(sum, s);
  if (plain && s.dtype == DType::i8) return store_bytes<int8_t>(sum, s);
  for (int64_t r = 0; r < s.rows; ++r) {
    if (s.scale != nullptr) {
      store_real_row(sum, s, r);
      continue;
    }
    for (int64_t c = 0; c < s.columns; c += lanes)
      hn::StoreN(value_at(sum, s, r, c), d, static_cast<int32_t*>(s.y) + r * s.y_row + c,
                 static_cast<size_t>(std::min(lanes, s.columns - c)));
  }
}

}  // namespace walle::kernels::gemm_i8::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace walle::kernels::gemm_i8 {
HWY_EXPORT(store_here);

void store(const int32_t* sum, const Store& store) { HWY_DYNAMIC_DISPATCH(store_here)(sum, store); }

Parts parts_of(const Problem& problem) {
  Parts parts;
  for (const EpilogueOp& op : problem.epilogue) {
    if (op.kind == EpilogueKind::rescale)
      parts.scale = &op;
    else if (op.kind == EpilogueKind::bias_channel && parts.scale == nullptr)
      parts.bias = &op;
    else if (op.kind == EpilogueKind::quantize)
      parts.zero = static_cast<int32_t>(op.alpha);
    else
      parts.rest.push_back(op);
  }
  return parts;
}

std::optional<Refusal> check(const Problem& problem, size_t column_axis) {
  if (auto refusal = check_epilogue(problem)) return refusal;
  if (auto refusal = check_integer_result(problem)) return refusal;
  const Parts parts = parts_of(problem);
  for (const EpilogueOp* op : {parts.bias, parts.scale}) {
    if (op == nullptr) continue;
    const Operand& operand = problem.operands[static_cast<size_t>(op->operand)];
    if (operand.dtype != (op == parts.bias ? DType::i32 : DType::f32))
      return Refusal{"a bias or scale of another dtype"};
    if (operand.count() != 1 && operand.strides.back() != 1) return Refusal{"a bias or scale that is not dense"};
  }
  Problem rest = problem;
  rest.epilogue = parts.rest;
  return gemm::check_finish(rest, column_axis);
}

bool may_be_nonzero(const Problem& problem, size_t i) {
  if (!has_operand(problem, i)) return false;
  const Operand& operand = problem.operands[i];
  if (operand.data == nullptr) return true;
  const auto* bytes = static_cast<const uint8_t*>(operand.data);
  return std::any_of(bytes, bytes + operand.count(), [](uint8_t b) { return b != 0; });
}

int32_t element(const Arguments& arguments, size_t operand, int64_t index) {
  if (!has_operand(*arguments.problem, operand) || arguments.operands[operand] == nullptr) return 0;
  const Operand& o = arguments.problem->operands[operand];
  const int64_t at = o.count() == 1 || o.dims.empty() ? 0 : index * o.strides.back();
  const void* values = arguments.operands[operand];
  if (o.dtype == DType::i32) return static_cast<const int32_t*>(values)[at];
  return o.dtype == DType::u8 ? static_cast<const uint8_t*>(values)[at] : static_cast<const int8_t*>(values)[at];
}

}  // namespace walle::kernels::gemm_i8
#endif
