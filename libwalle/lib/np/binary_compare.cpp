// Comparisons and logical functions: any dtype in, bool out.
#include "libwalle/lib/np/rows.h"

namespace walle::np {
namespace {
struct Equal {
  template <class T>
  static bool apply(T a, T b) {
    return a == b;
  }
};
struct NotEqual {
  template <class T>
  static bool apply(T a, T b) {
    return a != b;
  }
};
struct Less {
  template <class T>
  static bool apply(T a, T b) {
    return a < b;
  }
};
struct LessEqual {
  template <class T>
  static bool apply(T a, T b) {
    return a <= b;
  }
};
struct Greater {
  template <class T>
  static bool apply(T a, T b) {
    return a > b;
  }
};
struct GreaterEqual {
  template <class T>
  static bool apply(T a, T b) {
    return a >= b;
  }
};
struct LogicalAnd {
  template <class T>
  static bool apply(T a, T b) {
    return a != T{} && b != T{};
  }
};
struct LogicalOr {
  template <class T>
  static bool apply(T a, T b) {
    return a != T{} || b != T{};
  }
};
struct LogicalXor {
  template <class T>
  static bool apply(T a, T b) {
    return (a != T{}) != (b != T{});
  }
};
}  // namespace

const BinaryFunction kEqual{"equal", TypeRule::predicate, binary_rows<Equal, Types::all, true>};
const BinaryFunction kNotEqual{"not_equal", TypeRule::predicate, binary_rows<NotEqual, Types::all, true>};
const BinaryFunction kLess{"less", TypeRule::predicate, binary_rows<Less, Types::all, true>};
const BinaryFunction kLessEqual{"less_equal", TypeRule::predicate, binary_rows<LessEqual, Types::all, true>};
const BinaryFunction kGreater{"greater", TypeRule::predicate, binary_rows<Greater, Types::all, true>};
const BinaryFunction kGreaterEqual{"greater_equal", TypeRule::predicate, binary_rows<GreaterEqual, Types::all, true>};
const BinaryFunction kLogicalAnd{"logical_and", TypeRule::predicate, binary_rows<LogicalAnd, Types::all, true>};
const BinaryFunction kLogicalOr{"logical_or", TypeRule::predicate, binary_rows<LogicalOr, Types::all, true>};
const BinaryFunction kLogicalXor{"logical_xor", TypeRule::predicate, binary_rows<LogicalXor, Types::all, true>};

}  // namespace walle::np
