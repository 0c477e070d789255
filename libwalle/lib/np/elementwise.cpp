#include "libwalle/lib/np/elementwise.h"

#include <array>

#include "libwalle/lib/np/iterate.h"
#include "libwalle/lib/np/shape.h"

namespace walle::np {
namespace {
LoopOperand loop_operand(const Array& a) { return {a.data<std::byte>(), a.strides(), a.item_bytes()}; }

DType narrowest_float(DType dtype) {
  if (is_float(dtype)) return dtype;
  if (bits_of(dtype) == 8) return DType::f16;
  return bits_of(dtype) == 16 ? DType::f32 : DType::f64;
}

DType binary_dtype(TypeRule rule, DType common) {
  if (rule == TypeRule::floating && !is_float(common)) return DType::f64;
  if (rule == TypeRule::arithmetic && common == DType::boolean) return DType::i8;
  return common;
}

DType unary_dtype(TypeRule rule, DType dtype) {
  if (rule == TypeRule::floating) return narrowest_float(dtype);
  if (rule == TypeRule::arithmetic && dtype == DType::boolean) return DType::i8;
  return dtype;
}

tl::unexpected<Error> unsupported(std::string_view name, DType dtype) {
  return fail(ErrorCode::unsupported,
              "'" + std::string(name) + "' is not defined for dtype " + std::string(numpy_name(dtype)));
}
}  // namespace

DType common_dtype(const Operand& a, const Operand& b) {
  if (a.weak != Weak::none && b.weak != Weak::none) return promote(default_of(a.weak), default_of(b.weak));
  if (a.weak != Weak::none) return promote_weak(b.array.dtype(), a.weak);
  if (b.weak != Weak::none) return promote_weak(a.array.dtype(), b.weak);
  return promote(a.array.dtype(), b.array.dtype());
}

Result<Array> apply(const BinaryFunction& function, const Operand& a, const Operand& b) {
  DType common = common_dtype(a, b);
  // Comparing with a Python int beyond the dtype's range has an exact answer, so both go to int64.
  if (function.rule == TypeRule::predicate && is_integer(common) && (a.weak != Weak::none || b.weak != Weak::none)) {
    common = promote(a.array.dtype(), b.array.dtype());
  }
  const DType dtype = binary_dtype(function.rule, common);
  const BinaryRow row = function.row(dtype);
  if (!row) return unsupported(function.name, dtype);
  const Array left = WALLE_TRY(a.array.astype(dtype, false));
  const Array right = WALLE_TRY(b.array.astype(dtype, false));
  const std::array shapes = {left.dims(), right.dims()};
  const Dims dims = WALLE_TRY(broadcast_dims(shapes));
  const Array x = WALLE_TRY(broadcast_to(left, dims));
  const Array y = WALLE_TRY(broadcast_to(right, dims));
  Array out = WALLE_TRY(Array::empty(function.rule == TypeRule::predicate ? DType::boolean : dtype, dims));
  for_each_row(
      dims, std::array{loop_operand(x), loop_operand(y), loop_operand(out)},
      [row](int64_t n, auto& at, auto& stride) { row(n, at[0], stride[0], at[1], stride[1], at[2], stride[2]); });
  return out;
}

Result<Array> apply(const UnaryFunction& function, const Array& a) {
  const DType dtype = unary_dtype(function.rule, a.dtype());
  const UnaryRow row = function.row(dtype);
  if (!row) return unsupported(function.name, dtype);
  const Array x = WALLE_TRY(a.astype(dtype, false));
  Array out = WALLE_TRY(Array::empty(function.rule == TypeRule::predicate ? DType::boolean : dtype, x.dims()));
  for_each_row(x.dims(), std::array{loop_operand(x), loop_operand(out)},
               [row](int64_t n, auto& at, auto& stride) { row(n, at[0], stride[0], at[1], stride[1]); });
  return out;
}

bool can_assign(DType from, DType to) {
  auto rank = [](DType dtype) { return dtype == DType::boolean ? 0 : (is_float(dtype) ? 2 : 1); };
  if (kind_of(from) == 'i' && kind_of(to) == 'u') return false;
  return rank(from) <= rank(to);
}

}  // namespace walle::np
