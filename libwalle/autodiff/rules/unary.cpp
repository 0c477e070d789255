#include <array>
#include <cmath>
#include <numbers>

#include "libwalle/autodiff/rules/table.h"

namespace walle::autodiff {
namespace {

/// Where a derivative is taken: y = op(x), with the operator's attributes.
struct Point {
  Expression x, y;
  double alpha, beta;
};
using Derivative = Expression (*)(const Point&);
using Table = std::array<Derivative, static_cast<size_t>(UnaryOp::count_)>;
using P = const Point&;

/// condition ? a : b for two numbers.
Expression choose(const Expression& condition, const Point& p, double a, double b) {
  return where(condition, p.x.number(a), p.x.number(b));
}

void add_roots_and_exponentials(Table& t) {
  const auto at = [&t](UnaryOp op) -> Derivative& { return t[static_cast<size_t>(op)]; };
  at(UnaryOp::abs) = [](P p) { return sign(p.x); };
  at(UnaryOp::neg) = [](P p) { return p.x.number(-1); };
  at(UnaryOp::identity) = [](P p) { return p.x.number(1); };
  at(UnaryOp::square) = [](P p) { return 2 * p.x; };
  at(UnaryOp::sqrt) = [](P p) { return 0.5 / p.y; };
  at(UnaryOp::rsqrt) = [](P p) { return -0.5 * (p.y * p.y * p.y); };
  at(UnaryOp::reciprocal) = [](P p) { return -(p.y * p.y); };
  at(UnaryOp::exp) = [](P p) { return p.y; };
  at(UnaryOp::log) = [](P p) { return 1 / p.x; };
  at(UnaryOp::erf) = [](P p) { return 2 * std::numbers::inv_sqrtpi * exp(-(p.x * p.x)); };
}

void add_trigonometry(Table& t) {
  const auto at = [&t](UnaryOp op) -> Derivative& { return t[static_cast<size_t>(op)]; };
  at(UnaryOp::sin) = [](P p) { return p.x.formula().op("Cos", {p.x}); };
  at(UnaryOp::cos) = [](P p) { return -p.x.formula().op("Sin", {p.x}); };
  at(UnaryOp::tan) = [](P p) { return p.y * p.y + 1; };
  at(UnaryOp::asin) = [](P p) { return 1 / sqrt(1 - p.x * p.x); };
  at(UnaryOp::acos) = [](P p) { return -1 / sqrt(1 - p.x * p.x); };
  at(UnaryOp::atan) = [](P p) { return 1 / (p.x * p.x + 1); };
  at(UnaryOp::sinh) = [](P p) { return p.x.formula().op("Cosh", {p.x}); };
  at(UnaryOp::cosh) = [](P p) { return p.x.formula().op("Sinh", {p.x}); };
  at(UnaryOp::tanh) = [](P p) { return 1 - p.y * p.y; };
  at(UnaryOp::asinh) = [](P p) { return 1 / sqrt(p.x * p.x + 1); };
  at(UnaryOp::acosh) = [](P p) { return 1 / sqrt(p.x * p.x - 1); };
  at(UnaryOp::atanh) = [](P p) { return 1 / (1 - p.x * p.x); };
}

void add_piecewise_linear(Table& t) {
  const auto at = [&t](UnaryOp op) -> Derivative& { return t[static_cast<size_t>(op)]; };
  at(UnaryOp::relu) = [](P p) { return choose(greater(p.x, 0), p, 1, 0); };
  at(UnaryOp::leaky_relu) = [](P p) { return choose(less(p.x, 0), p, p.alpha, 1); };
  at(UnaryOp::thresholded_relu) = [](P p) { return choose(greater(p.x, p.alpha), p, 1, 0); };
  at(UnaryOp::hard_sigmoid) = [](P p) { return choose(both(greater(p.y, 0), less(p.y, 1)), p, p.alpha, 0); };
  at(UnaryOp::shrink) = [](P p) { return choose(greater(abs(p.x), p.alpha), p, 1, 0); };
  at(UnaryOp::clip) = [](P p) { return choose(both(greater(p.x, p.alpha), less(p.x, p.beta)), p, 1, 0); };
  at(UnaryOp::hard_swish) = [](P p) {
    const Expression inner = where(less(p.x, 3), (1.0 / 3) * p.x + 0.5, p.x.number(1));
    return where(greater(p.x, -3), inner, p.x.number(0));
  };
}

void add_smooth_activations(Table& t) {
  const auto at = [&t](UnaryOp op) -> Derivative& { return t[static_cast<size_t>(op)]; };
  at(UnaryOp::sigmoid) = [](P p) { return p.y * (1 - p.y); };
  at(UnaryOp::elu) = [](P p) { return where(less(p.x, 0), p.y + p.alpha, p.x.number(1)); };
  at(UnaryOp::selu) = [](P p) { return where(greater(p.x, 0), p.x.number(p.beta), p.y + p.alpha * p.beta); };
  at(UnaryOp::celu) = [](P p) { return where(less(p.x, 0), exp((1 / p.alpha) * p.x), p.x.number(1)); };
  at(UnaryOp::softplus) = [](P p) { return sigmoid(p.x); };
  at(UnaryOp::softsign) = [](P p) {
    const Expression d = abs(p.x) + 1;
    return 1 / (d * d);
  };
  at(UnaryOp::swish) = [](P p) {
    const Expression s = sigmoid(p.alpha * p.x);
    return s + p.alpha * (p.y * (1 - s));
  };
  at(UnaryOp::mish) = [](P p) {
    const Expression t = tanh(p.x.formula().op("Softplus", {p.x}));
    return t + p.x * (1 - t * t) * sigmoid(p.x);
  };
  at(UnaryOp::gelu) = [](P p) {
    const Expression area = 0.5 * (p.x.formula().op("Erf", {(1 / std::numbers::sqrt2) * p.x}) + 1);
    const double height = std::numbers::inv_sqrtpi / std::numbers::sqrt2;  // 1/√(2π)
    return area + height * (p.x * exp(-0.5 * (p.x * p.x)));
  };
  at(UnaryOp::gelu_tanh) = [](P p) {
    const double scale = std::sqrt(2 * std::numbers::inv_pi);
    const Expression square = p.x * p.x;
    const Expression t = tanh(scale * (p.x * (0.044715 * square + 1)));
    return 0.5 * (t + 1) + 0.5 * scale * (p.x * (1 - t * t) * (3 * 0.044715 * square + 1));
  };
}

/// dy/dx by operator; null where y is constant almost everywhere (floor, sign) or no number at all.
Table derivatives() {
  Table t{};
  add_roots_and_exponentials(t);
  add_trigonometry(t);
  add_piecewise_linear(t);
  add_smooth_activations(t);
  return t;
}

// dx = dy * op'(x)
Result<std::vector<graph::ValueId>> reverse(Reverse& r) {
  const auto& attributes = r.attributes<UnaryAttributes>();
  const Derivative derivative = derivatives()[static_cast<size_t>(attributes.op)];
  if (derivative == nullptr) return r.none();
  const Expression local = derivative({r.operand(0), r.result(), attributes.alpha, attributes.beta});
  return std::vector{WALLE_TRY(r.fit(r.gradient() * local, 0))};
}

}  // namespace

extern const RuleDef kUnary;
const RuleDef kUnary = {.family = Family::unary, .reverse = reverse};

}  // namespace walle::autodiff
