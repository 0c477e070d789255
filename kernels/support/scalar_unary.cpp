#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include "kernels/support/scalar.h"
#include "kernels/support/scalar_ops.h"

namespace walle::kernels {
namespace {

constexpr size_t kCount = static_cast<size_t>(UnaryOp::count_);
template <class W>
using Table = std::array<UnaryFunction<W>, kCount>;

double sigmoid(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }
double softplus(double x) { return std::fmax(x, 0) + std::log1p(std::exp(-std::fabs(x))); }
double clamp(double x, double low, double high) { return x < low ? low : (x > high ? high : x); }
double truth(bool b) { return b ? 1 : 0; }

using D = double;
constexpr Table<double> make_reals() {
  Table<double> t{};
  const auto at = [&t](UnaryOp op) -> UnaryFunction<double>& { return t[static_cast<size_t>(op)]; };
  at(UnaryOp::abs) = [](D x, D, D) { return std::fabs(x); };
  at(UnaryOp::neg) = [](D x, D, D) { return -x; };
  at(UnaryOp::floor) = [](D x, D, D) { return std::floor(x); };
  at(UnaryOp::ceil) = [](D x, D, D) { return std::ceil(x); };
  at(UnaryOp::round) = [](D x, D, D) { return std::nearbyint(x); };
  at(UnaryOp::sign) = [](D x, D, D) { return std::isnan(x) ? x : truth(x > 0) - truth(x < 0); };
  at(UnaryOp::sqrt) = [](D x, D, D) { return std::sqrt(x); };
  at(UnaryOp::rsqrt) = [](D x, D, D) { return 1 / std::sqrt(x); };
  at(UnaryOp::reciprocal) = [](D x, D, D) { return 1 / x; };
  at(UnaryOp::exp) = [](D x, D, D) { return std::exp(x); };
  at(UnaryOp::log) = [](D x, D, D) { return std::log(x); };
  at(UnaryOp::sin) = [](D x, D, D) { return std::sin(x); };
  at(UnaryOp::cos) = [](D x, D, D) { return std::cos(x); };
  at(UnaryOp::tan) = [](D x, D, D) { return std::tan(x); };
  at(UnaryOp::asin) = [](D x, D, D) { return std::asin(x); };
  at(UnaryOp::acos) = [](D x, D, D) { return std::acos(x); };
  at(UnaryOp::atan) = [](D x, D, D) { return std::atan(x); };
  at(UnaryOp::sinh) = [](D x, D, D) { return std::sinh(x); };
  at(UnaryOp::cosh) = [](D x, D, D) { return std::cosh(x); };
  at(UnaryOp::tanh) = [](D x, D, D) { return std::tanh(x); };
  at(UnaryOp::asinh) = [](D x, D, D) { return std::asinh(x); };
  at(UnaryOp::acosh) = [](D x, D, D) { return std::acosh(x); };
  at(UnaryOp::atanh) = [](D x, D, D) { return std::atanh(x); };
  at(UnaryOp::erf) = [](D x, D, D) { return std::erf(x); };
  at(UnaryOp::sigmoid) = [](D x, D, D) { return sigmoid(x); };
  at(UnaryOp::relu) = [](D x, D, D) { return x < 0 ? 0 : x; };
  at(UnaryOp::leaky_relu) = [](D x, D a, D) { return x < 0 ? a * x : x; };
  at(UnaryOp::elu) = [](D x, D a, D) { return x < 0 ? a * std::expm1(x) : x; };
  at(UnaryOp::selu) = [](D x, D a, D gamma) { return gamma * (x <= 0 ? a * std::expm1(x) : x); };
  at(UnaryOp::celu) = [](D x, D a, D) { return x < 0 ? a * std::expm1(x / a) : x; };
  at(UnaryOp::hard_sigmoid) = [](D x, D a, D b) { return clamp(a * x + b, 0, 1); };
  at(UnaryOp::hard_swish) = [](D x, D, D) { return x * clamp(x / 6 + 0.5, 0, 1); };
  at(UnaryOp::softplus) = [](D x, D, D) { return softplus(x); };
  at(UnaryOp::softsign) = [](D x, D, D) { return x / (1 + std::fabs(x)); };
  at(UnaryOp::thresholded_relu) = [](D x, D a, D) { return x <= a ? 0 : x; };
  at(UnaryOp::gelu) = [](D x, D, D) { return 0.5 * x * std::erfc(-x * 0.70710678118654752440); };
  at(UnaryOp::gelu_tanh) = [](D x, D, D) {
    return 0.5 * x * (1 + std::tanh(0.79788456080286535588 * (x + 0.044715 * x * x * x)));
  };
  at(UnaryOp::mish) = [](D x, D, D) { return x * std::tanh(softplus(x)); };
  at(UnaryOp::swish) = [](D x, D a, D) { return x * sigmoid(a * x); };
  at(UnaryOp::shrink) = [](D x, D lambd, D bias) { return x < -lambd ? x + bias : (x > lambd ? x - bias : 0); };
  at(UnaryOp::clip) = [](D x, D low, D high) { return x < low ? (low > high ? high : low) : (x > high ? high : x); };
  at(UnaryOp::is_nan) = [](D x, D, D) { return truth(std::isnan(x)); };
  at(UnaryOp::is_inf) = [](D x, D a, D) { return truth(std::isinf(x) && (a == 0 || (a > 0) == (x > 0))); };
  at(UnaryOp::square) = [](D x, D, D) { return x * x; };
  at(UnaryOp::identity) = [](D x, D, D) { return x; };
  return t;
}

template <class W>
constexpr Table<W> make_integers() {
  constexpr bool kSigned = std::is_signed_v<W>;
  Table<W> t{};
  const auto at = [&t](UnaryOp op) -> UnaryFunction<W>& { return t[static_cast<size_t>(op)]; };
  const UnaryFunction<W> same = [](W x, D, D) { return x; };
  at(UnaryOp::abs) = [](W x, D, D) { return kSigned && x < W{0} ? static_cast<W>(0 - static_cast<uint64_t>(x)) : x; };
  at(UnaryOp::neg) = [](W x, D, D) { return static_cast<W>(0 - static_cast<uint64_t>(x)); };
  at(UnaryOp::floor) = same;
  at(UnaryOp::ceil) = same;
  at(UnaryOp::round) = same;
  at(UnaryOp::identity) = same;
  at(UnaryOp::sign) = [](W x, D, D) { return static_cast<W>((x > 0 ? 1 : 0) - (kSigned && x < W{0} ? 1 : 0)); };
  at(UnaryOp::relu) = [](W x, D, D) { return kSigned && x < W{0} ? W{0} : x; };
  at(UnaryOp::leaky_relu) = [](W x, D a, D) { return kSigned && x < W{0} ? clamp_to<W>(a * static_cast<D>(x)) : x; };
  at(UnaryOp::clip) = [](W x, D low, D high) {
    return smaller(larger(x, clamp_to<W>(std::ceil(low))), clamp_to<W>(std::floor(high)));
  };
  at(UnaryOp::logical_not) = [](W x, D, D) { return static_cast<W>(x == 0 ? 1 : 0); };
  at(UnaryOp::bit_not) = [](W x, D, D) { return static_cast<W>(~static_cast<uint64_t>(x)); };
  at(UnaryOp::square) = [](W x, D, D) { return multiply(x, x); };
  at(UnaryOp::shrink) = [](W x, D lambd, D bias) {
    const D d = static_cast<D>(x);
    return d < -lambd ? clamp_to<W>(d + bias) : (d > lambd ? clamp_to<W>(d - bias) : W{0});
  };
  return t;
}

constexpr Table<double> kReals = make_reals();
constexpr Table<int64_t> kSigned = make_integers<int64_t>();
constexpr Table<uint64_t> kUnsigned = make_integers<uint64_t>();

}  // namespace

template <>
UnaryFunction<double> unary_function<double>(UnaryOp op) {
  return kReals[static_cast<size_t>(op)];
}
template <>
UnaryFunction<int64_t> unary_function<int64_t>(UnaryOp op) {
  return kSigned[static_cast<size_t>(op)];
}
template <>
UnaryFunction<uint64_t> unary_function<uint64_t>(UnaryOp op) {
  return kUnsigned[static_cast<size_t>(op)];
}

}  // namespace walle::kernels
