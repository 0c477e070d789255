// Sign, rounding and predicates. Integers are whole already, so rounding leaves them alone.
#include <cmath>

#include "libwalle/lib/np/rows.h"

namespace walle::np {
namespace {
template <class T>
constexpr bool kWhole = !std::is_floating_point_v<T>;

struct Negative {
  template <class T>
  static T apply(T a) {
    if constexpr (kWhole<T>) return static_cast<T>(uint64_t{0} - static_cast<uint64_t>(a));
    return -a;
  }
};
struct Absolute {
  template <class T>
  static T apply(T a) {
    if constexpr (std::is_unsigned_v<T>) {
      return a;
    } else if constexpr (std::is_floating_point_v<T>) {
      return std::fabs(a);
    } else {
      return a < 0 ? static_cast<T>(uint64_t{0} - static_cast<uint64_t>(a)) : a;
    }
  }
};
struct Sign {
  template <class T>
  static T apply(T a) {
    if constexpr (std::is_floating_point_v<T>) {
      if (a != a) return a;
    }
    return static_cast<T>((a > T{0}) - (a < T{0}));
  }
};
struct Square {
  template <class T>
  static T apply(T a) {
    if constexpr (kWhole<T>) return static_cast<T>(static_cast<uint64_t>(a) * static_cast<uint64_t>(a));
    return static_cast<T>(a * a);
  }
};
struct Invert {
  template <class T>
  static T apply(T a) {
    if constexpr (kIsBool<T>) {
      return !a;
    } else {
      return static_cast<T>(~a);
    }
  }
};
template <double (*kFunction)(double), float (*kFloatFunction)(float)>
struct Rounding {
  template <class T>
  static T apply(T a) {
    if constexpr (std::is_same_v<T, float>) return kFloatFunction(a);
    if constexpr (std::is_same_v<T, double>) return kFunction(a);
    return a;
  }
};
using Floor = Rounding<::floor, ::floorf>;
using Ceil = Rounding<::ceil, ::ceilf>;
using Round = Rounding<::rint, ::rintf>;
using Trunc = Rounding<::trunc, ::truncf>;

struct Reciprocal {
  template <class T>
  static T apply(T a) {
    if constexpr (kWhole<T>) return a == 0 ? T{0} : static_cast<T>(1 / a);
    return static_cast<T>(1 / a);
  }
};
struct LogicalNot {
  template <class T>
  static bool apply(T a) {
    return a == T{};
  }
};
struct IsNan {
  template <class T>
  static bool apply(T a) {
    if constexpr (kWhole<T>) return false;
    return a != a;
  }
};
struct IsInf {
  template <class T>
  static bool apply(T a) {
    if constexpr (std::is_floating_point_v<T>) return std::isinf(a);
    return false;
  }
};
struct IsFinite {
  template <class T>
  static bool apply(T a) {
    if constexpr (std::is_floating_point_v<T>) return std::isfinite(a);
    return true;
  }
};
struct SignBit {
  template <class T>
  static bool apply(T a) {
    return std::copysign(T{1}, a) < 0;  // gcc 12 cannot vectorise signbit of what was a bfloat16
  }
};
}  // namespace

const UnaryFunction kNegative{"negative", TypeRule::same, unary_rows<Negative, Types::numbers>};
const UnaryFunction kAbsolute{"absolute", TypeRule::same, unary_rows<Absolute, Types::all>};
const UnaryFunction kSign{"sign", TypeRule::same, unary_rows<Sign, Types::numbers>};
const UnaryFunction kSquare{"square", TypeRule::arithmetic, unary_rows<Square, Types::numbers>};
const UnaryFunction kInvert{"invert", TypeRule::bitwise, unary_rows<Invert, Types::integers_and_bool>};
const UnaryFunction kFloor{"floor", TypeRule::same, unary_rows<Floor, Types::all>};
const UnaryFunction kCeil{"ceil", TypeRule::same, unary_rows<Ceil, Types::all>};
const UnaryFunction kRound{"round", TypeRule::same, unary_rows<Round, Types::all>};
const UnaryFunction kTrunc{"trunc", TypeRule::same, unary_rows<Trunc, Types::all>};
const UnaryFunction kReciprocal{"reciprocal", TypeRule::arithmetic, unary_rows<Reciprocal, Types::numbers>};
const UnaryFunction kLogicalNot{"logical_not", TypeRule::predicate, unary_rows<LogicalNot, Types::all, true>};
const UnaryFunction kIsNan{"isnan", TypeRule::predicate, unary_rows<IsNan, Types::all, true>};
const UnaryFunction kIsInf{"isinf", TypeRule::predicate, unary_rows<IsInf, Types::all, true>};
const UnaryFunction kIsFinite{"isfinite", TypeRule::predicate, unary_rows<IsFinite, Types::all, true>};
const UnaryFunction kSignBit{"signbit", TypeRule::predicate, unary_rows<SignBit, Types::floats, true>};

}  // namespace walle::np
