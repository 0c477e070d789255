#include <array>
#include <cmath>
#include <cstdint>
#include <utility>

#include "kernels/support/scalar.h"
#include "kernels/support/scalar_ops.h"

namespace walle::kernels {
namespace {

constexpr size_t kCount = static_cast<size_t>(BinaryOp::count_);
template <class W>
using Table = std::array<BinaryFunction<W>, kCount>;

template <class W>
W truth(bool b) {
  return b ? W{1} : W{0};
}

double python_mod(double a, double b) {
  const double r = std::fmod(a, b);
  if (r == 0) return std::copysign(0.0, b);
  return (r < 0) != (b < 0) ? r + b : r;
}

template <class W>
W divide(W a, W b) {
  if (b == 0) return 0;
  if constexpr (std::is_signed_v<W>) {
    if (b == -1) return static_cast<W>(0 - static_cast<uint64_t>(a));
  }
  return static_cast<W>(a / b);
}

template <class W>
W remainder(W a, W b) {
  if (b == 0) return 0;
  if constexpr (std::is_signed_v<W>) {
    if (b == -1) return 0;
  }
  return static_cast<W>(a % b);
}

template <class W>
W floor_mod(W a, W b) {
  const W r = remainder(a, b);
  if constexpr (std::is_signed_v<W>) {
    if (r != 0 && (r < 0) != (b < 0)) return r + b;
  }
  return r;
}

template <class W>
W power(W base, W exponent) {
  if constexpr (std::is_signed_v<W>) {
    if (exponent < 0) {
      if (base == 1) return 1;
      return base == -1 ? ((exponent & 1) != 0 ? -1 : 1) : 0;
    }
  }
  W result = 1;
  for (; exponent != 0; exponent = static_cast<W>(exponent >> 1)) {
    if ((exponent & 1) != 0) result = multiply(result, base);
    base = multiply(base, base);
  }
  return result;
}

template <class W>
constexpr void add_common(Table<W>& t) {
  const auto at = [&t](BinaryOp op) -> BinaryFunction<W>& { return t[static_cast<size_t>(op)]; };
  at(BinaryOp::add) = [](W a, W b) { return add(a, b); };
  at(BinaryOp::mul) = [](W a, W b) { return multiply(a, b); };
  at(BinaryOp::min) = [](W a, W b) { return smaller(a, b); };
  at(BinaryOp::max) = [](W a, W b) { return larger(a, b); };
  at(BinaryOp::equal) = [](W a, W b) { return truth<W>(a == b); };
  at(BinaryOp::greater) = [](W a, W b) { return truth<W>(a > b); };
  at(BinaryOp::greater_equal) = [](W a, W b) { return truth<W>(a >= b); };
  at(BinaryOp::less) = [](W a, W b) { return truth<W>(a < b); };
  at(BinaryOp::less_equal) = [](W a, W b) { return truth<W>(a <= b); };
}

constexpr Table<double> make_reals() {
  Table<double> t{};
  add_common(t);
  const auto at = [&t](BinaryOp op) -> BinaryFunction<double>& { return t[static_cast<size_t>(op)]; };
  at(BinaryOp::sub) = [](double a, double b) { return a - b; };
  at(BinaryOp::div) = [](double a, double b) { return a / b; };
  at(BinaryOp::pow) = [](double a, double b) { return std::pow(a, b); };
  at(BinaryOp::mod) = python_mod;
  at(BinaryOp::fmod) = [](double a, double b) { return std::fmod(a, b); };
  at(BinaryOp::prelu) = [](double a, double b) { return a < 0 ? a * b : a; };
  return t;
}

template <class W>
constexpr Table<W> make_integers() {
  using U = uint64_t;
  Table<W> t{};
  add_common(t);
  const auto at = [&t](BinaryOp op) -> BinaryFunction<W>& { return t[static_cast<size_t>(op)]; };
  at(BinaryOp::sub) = [](W a, W b) { return static_cast<W>(static_cast<U>(a) - static_cast<U>(b)); };
  at(BinaryOp::div) = divide<W>;
  at(BinaryOp::pow) = power<W>;
  at(BinaryOp::mod) = floor_mod<W>;
  at(BinaryOp::fmod) = remainder<W>;
  at(BinaryOp::prelu) = [](W a, W b) { return std::is_signed_v<W> && a < W{0} ? multiply(a, b) : a; };
  at(BinaryOp::logical_and) = [](W a, W b) { return truth<W>(a != 0 && b != 0); };
  at(BinaryOp::logical_or) = [](W a, W b) { return truth<W>(a != 0 || b != 0); };
  at(BinaryOp::logical_xor) = [](W a, W b) { return truth<W>((a != 0) != (b != 0)); };
  at(BinaryOp::shift_left) = [](W a, W b) {
    return static_cast<U>(b) > 63 ? W{0} : static_cast<W>(static_cast<U>(a) << b);
  };
  at(BinaryOp::shift_right) = [](W a, W b) {
    // A negative distance is a long one too; signed numbers are filled with their sign.
    return static_cast<U>(b) <= 63 ? static_cast<W>(a >> b) : std::cmp_less(a, 0) ? static_cast<W>(-1) : W{0};
  };
  at(BinaryOp::bit_and) = [](W a, W b) { return static_cast<W>(a & b); };
  at(BinaryOp::bit_or) = [](W a, W b) { return static_cast<W>(a | b); };
  at(BinaryOp::bit_xor) = [](W a, W b) { return static_cast<W>(a ^ b); };
  return t;
}

constexpr Table<double> kReals = make_reals();
constexpr Table<int64_t> kSigned = make_integers<int64_t>();
constexpr Table<uint64_t> kUnsigned = make_integers<uint64_t>();

}  // namespace

template <>
BinaryFunction<double> binary_function<double>(BinaryOp op) {
  return kReals[static_cast<size_t>(op)];
}
template <>
BinaryFunction<int64_t> binary_function<int64_t>(BinaryOp op) {
  return kSigned[static_cast<size_t>(op)];
}
template <>
BinaryFunction<uint64_t> binary_function<uint64_t>(BinaryOp op) {
  return kUnsigned[static_cast<size_t>(op)];
}

}  // namespace walle::kernels
