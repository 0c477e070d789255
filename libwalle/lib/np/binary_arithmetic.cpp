// a + b and its relatives. Integers wrap; integer division by zero gives 0 (NumPy warns and gives 0).
#include <cmath>

#include "libwalle/lib/np/rows.h"

namespace walle::np {
namespace {
template <class T>
using Unsigned = std::make_unsigned_t<std::conditional_t<std::is_integral_v<T> && !kIsBool<T>, T, int>>;

/// Integer arithmetic that wraps is done in unsigned numbers at least as wide as int.
template <class T>
auto wrapping(T x) {
  if constexpr (sizeof(T) < 4) {
    return static_cast<uint32_t>(x);
  } else {
    return static_cast<Unsigned<T>>(x);
  }
}

struct Add {
  template <class T>
  static T apply(T a, T b) {
    if constexpr (kIsBool<T>) return a || b;
    if constexpr (std::is_integral_v<T> && !kIsBool<T>) return static_cast<T>(wrapping(a) + wrapping(b));
    return static_cast<T>(a + b);
  }
};
struct Subtract {
  template <class T>
  static T apply(T a, T b) {
    if constexpr (std::is_integral_v<T>) return static_cast<T>(wrapping(a) - wrapping(b));
    return static_cast<T>(a - b);
  }
};
struct Multiply {
  template <class T>
  static T apply(T a, T b) {
    if constexpr (kIsBool<T>) return a && b;
    if constexpr (std::is_integral_v<T> && !kIsBool<T>) return static_cast<T>(wrapping(a) * wrapping(b));
    return static_cast<T>(a * b);
  }
};
struct Divide {
  template <class T>
  static T apply(T a, T b) {
    return a / b;
  }
};
struct Remainder {
  template <class T>
  static T apply(T a, T b) {
    if constexpr (std::is_integral_v<T>) {
      if (b == 0) return 0;
      if constexpr (std::is_signed_v<T>) {
        if (b == -1) return 0;
        const T r = static_cast<T>(a % b);
        return r != 0 && ((r < 0) != (b < 0)) ? static_cast<T>(r + b) : r;
      }
      return static_cast<T>(a % b);
    } else {
      T r = std::fmod(a, b);
      if (r == 0) return std::copysign(T{0}, b);
      return (r < 0) != (b < 0) ? r + b : r;
    }
  }
};
struct FloorDivide {
  template <class T>
  static T apply(T a, T b) {
    if constexpr (std::is_integral_v<T>) {
      if (b == 0) return 0;
      if constexpr (std::is_signed_v<T>) {
        if (b == -1) return static_cast<T>(T{0} - wrapping(a));
        const T q = static_cast<T>(a / b);
        return a % b != 0 && ((a < 0) != (b < 0)) ? static_cast<T>(q - 1) : q;
      }
      return static_cast<T>(a / b);
    } else {
      if (b == 0) return a / b;
      const T r = Remainder::apply(a, b);
      const T q = (a - r) / b;
      if (q == 0) return std::copysign(T{0}, a / b);
      const T whole = std::floor(q);
      return q - whole > T{0.5} ? whole + 1 : whole;
    }
  }
};
struct Power {
  template <class T>
  static T apply(T a, T b) {
    if constexpr (std::is_integral_v<T>) {
      auto result = wrapping(T{1});
      auto base = wrapping(a);
      for (auto n = static_cast<uint64_t>(b); n != 0; n >>= 1) {
        if (n & 1) result *= base;
        base *= base;
      }
      return static_cast<T>(result);
    } else {
      return b == 2 ? a * a : std::pow(a, b);
    }
  }
};
struct Maximum {
  template <class T>
  static T apply(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) return a > b || a != a ? a : b;
    return a > b ? a : b;
  }
};
struct Minimum {
  template <class T>
  static T apply(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) return a < b || a != a ? a : b;
    return a < b ? a : b;
  }
};
struct Arctan2 {
  template <class T>
  static T apply(T a, T b) {
    return std::atan2(a, b);
  }
};
struct Hypot {
  template <class T>
  static T apply(T a, T b) {
    return std::hypot(a, b);
  }
};
struct Fmod {
  template <class T>
  static T apply(T a, T b) {
    if constexpr (std::is_integral_v<T>) {
      if (b == 0) return 0;
      if constexpr (std::is_signed_v<T>) {
        if (b == -1) return 0;
      }
      return static_cast<T>(a % b);
    } else {
      return std::fmod(a, b);
    }
  }
};
}  // namespace

const BinaryFunction kAdd{"add", TypeRule::same, binary_rows<Add, Types::all>};
const BinaryFunction kSubtract{"subtract", TypeRule::same, binary_rows<Subtract, Types::numbers>};
const BinaryFunction kMultiply{"multiply", TypeRule::same, binary_rows<Multiply, Types::all>};
const BinaryFunction kDivide{"divide", TypeRule::floating, binary_rows<Divide, Types::floats>};
const BinaryFunction kFloorDivide{"floor_divide", TypeRule::arithmetic, binary_rows<FloorDivide, Types::numbers>};
const BinaryFunction kRemainder{"remainder", TypeRule::arithmetic, binary_rows<Remainder, Types::numbers>};
const BinaryFunction kFmod{"fmod", TypeRule::arithmetic, binary_rows<Fmod, Types::numbers>};
const BinaryFunction kPower{"power", TypeRule::arithmetic, binary_rows<Power, Types::numbers>};
const BinaryFunction kMaximum{"maximum", TypeRule::same, binary_rows<Maximum, Types::all>};
const BinaryFunction kMinimum{"minimum", TypeRule::same, binary_rows<Minimum, Types::all>};
const BinaryFunction kArctan2{"arctan2", TypeRule::floating, binary_rows<Arctan2, Types::floats>};
const BinaryFunction kHypot{"hypot", TypeRule::floating, binary_rows<Hypot, Types::floats>};

}  // namespace walle::np
