// a & b, a | b, a ^ b, shifts. Shifting by the width or more gives 0, or the sign.
#include "libwalle/lib/np/rows.h"

namespace walle::np {
namespace {
struct And {
  template <class T>
  static T apply(T a, T b) {
    return static_cast<T>(a & b);
  }
};
struct Or {
  template <class T>
  static T apply(T a, T b) {
    return static_cast<T>(a | b);
  }
};
struct Xor {
  template <class T>
  static T apply(T a, T b) {
    return static_cast<T>(a ^ b);
  }
};
template <class T>
bool in_range(T shift) {
  return shift >= 0 && static_cast<uint64_t>(shift) < sizeof(T) * 8;
}
struct LeftShift {
  template <class T>
  static T apply(T a, T b) {
    return in_range(b) ? static_cast<T>(static_cast<uint64_t>(a) << b) : T{0};
  }
};
struct RightShift {
  template <class T>
  static T apply(T a, T b) {
    if (in_range(b)) return static_cast<T>(a >> b);
    return a < 0 ? static_cast<T>(-1) : T{0};
  }
};
}  // namespace

const BinaryFunction kBitAnd{"bitwise_and", TypeRule::bitwise, binary_rows<And, Types::integers_and_bool>};
const BinaryFunction kBitOr{"bitwise_or", TypeRule::bitwise, binary_rows<Or, Types::integers_and_bool>};
const BinaryFunction kBitXor{"bitwise_xor", TypeRule::bitwise, binary_rows<Xor, Types::integers_and_bool>};
const BinaryFunction kLeftShift{"left_shift", TypeRule::arithmetic, binary_rows<LeftShift, Types::integers>};
const BinaryFunction kRightShift{"right_shift", TypeRule::arithmetic, binary_rows<RightShift, Types::integers>};

}  // namespace walle::np
