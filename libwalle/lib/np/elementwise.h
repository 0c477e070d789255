#pragma once

#include <cstddef>
#include <string_view>

#include "libwalle/lib/np/array.h"
#include "libwalle/lib/np/dtypes.h"

namespace walle::np {

/// An operand of an elementwise function: an array, or a Python scalar (rank 0, dtype of its kind) that gives way.
struct Operand {
  Array array;
  Weak weak = Weak::none;
};

/// How operand dtypes decide where an elementwise function computes and what it returns.
enum class TypeRule : uint8_t {
  same,        ///< promoted dtype in and out; bool where the function has it
  arithmetic,  ///< as same, but bool computes as int8
  floating,    ///< integers become floats (binary: float64; unary: the narrowest that holds them)
  bitwise,     ///< integers and bool only
  predicate,   ///< promoted dtype in, bool out
};

/// One row of a binary function: count, then pointer and stride (in elements) of a, b and out.
using BinaryRow = void (*)(int64_t, const std::byte*, int64_t, const std::byte*, int64_t, std::byte*, int64_t);
using UnaryRow = void (*)(int64_t, const std::byte*, int64_t, std::byte*, int64_t);

/// An elementwise function of two operands, as NumPy defines it (binary_*.cpp).
struct BinaryFunction {
  std::string_view name;
  TypeRule rule;
  BinaryRow (*row)(DType);  ///< for the dtype it computes in; null: not for this dtype
};
struct UnaryFunction {
  std::string_view name;
  TypeRule rule;
  UnaryRow (*row)(DType);
};

extern const BinaryFunction kAdd, kSubtract, kMultiply, kDivide, kFloorDivide, kRemainder, kPower, kMaximum, kMinimum,
    kArctan2, kHypot, kFmod;
extern const BinaryFunction kBitAnd, kBitOr, kBitXor, kLeftShift, kRightShift;
extern const BinaryFunction kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual, kLogicalAnd, kLogicalOr,
    kLogicalXor;
extern const UnaryFunction kNegative, kAbsolute, kSign, kSquare, kInvert, kFloor, kCeil, kRound, kTrunc, kReciprocal;
extern const UnaryFunction kLogicalNot, kIsNan, kIsInf, kIsFinite, kSignBit;
extern const UnaryFunction kExp, kExp2, kExpm1, kLog, kLog2, kLog10, kLog1p, kSqrt, kCbrt, kSin, kCos, kTan, kArcsin,
    kArccos, kArctan, kSinh, kCosh, kTanh, kDegrees, kRadians;

/// Applies a function with broadcasting and NumPy 2's type promotion. Errors: invalid_argument (shapes); unsupported (a
/// dtype that the function does not take); resource_exhausted.
[[nodiscard]] Result<Array> apply(const BinaryFunction& function, const Operand& a, const Operand& b);
[[nodiscard]] Result<Array> apply(const UnaryFunction& function, const Array& a);

/// dtype in which two operands meet.
[[nodiscard]] DType common_dtype(const Operand& a, const Operand& b);
/// May values of `from` go into an array of `to` in place ("same_kind": never float → int, int → bool)?
[[nodiscard]] bool can_assign(DType from, DType to);

}  // namespace walle::np
