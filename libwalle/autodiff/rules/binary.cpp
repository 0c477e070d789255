#include "libwalle/autodiff/rules/table.h"

namespace walle::autodiff {
namespace {

/// dy/da and dy/db, or the whole gradients: what is multiplied by dy. Null: nothing flows.
struct Partial {
  Expression (*a)(const Expression& a, const Expression& b, const Expression& y);
  Expression (*b)(const Expression& a, const Expression& b, const Expression& y);
};
using E = const Expression&;

Expression one(E like) { return like.number(1); }

/// condition ? 1 : 0.
Expression indicator(const Expression& condition, E like) { return where(condition, like.number(1), like.number(0)); }

/// y log a, which is 0 where a is 0 or y is not defined beside b.
Expression power_by_exponent(E a, E, E y) {
  const Expression positive = greater(a, 0);
  return where(positive, y * log(where(positive, a, a.number(1))), a.number(0));
}

/// b a^(b-1), which is 0 for b = 0.
Expression power_by_base(E a, E b, E) {
  const Expression exponent = where(greater(abs(b), 0), b - 1, b.number(1));
  return b * a.formula().op("Pow", {a, exponent});
}

/// The whole multiple that mod and fmod take off: floor or truncation of a / b.
Expression floor_of(E a, E b, E) { return -a.formula().op("Floor", {a / b}); }
Expression truncation_of(E a, E b, E) {
  const Expression q = a / b;
  return -(sign(q) * a.formula().op("Floor", {abs(q)}));
}

Partial partial_of(BinaryOp op) {
  switch (op) {
    case BinaryOp::add:
      return {[](E a, E, E) { return one(a); }, [](E, E b, E) { return one(b); }};
    case BinaryOp::sub:
      return {[](E a, E, E) { return one(a); }, [](E, E b, E) { return b.number(-1); }};
    case BinaryOp::mul:
      return {[](E, E b, E) { return b; }, [](E a, E, E) { return a; }};
    case BinaryOp::div:
      return {[](E, E b, E) { return 1 / b; }, [](E, E b, E y) { return -(y / b); }};
    case BinaryOp::pow:
      return {power_by_base, power_by_exponent};
    case BinaryOp::mod:
      return {[](E a, E, E) { return one(a); }, floor_of};
    case BinaryOp::fmod:
      return {[](E a, E, E) { return one(a); }, truncation_of};
    case BinaryOp::max:  // of equal ones, the first
      return {[](E a, E b, E) { return 1 - indicator(greater(b, a), a); },
              [](E a, E b, E) { return indicator(greater(b, a), a); }};
    case BinaryOp::min:
      return {[](E a, E b, E) { return 1 - indicator(greater(a, b), a); },
              [](E a, E b, E) { return indicator(greater(a, b), a); }};
    case BinaryOp::prelu:
      return {[](E a, E b, E) { return where(less(a, 0), b, a.number(1)); },
              [](E a, E, E) { return where(less(a, 0), a, a.number(0)); }};
    default:
      return {nullptr, nullptr};  // comparisons, logic, bits
  }
}

// da = Σ dy * ∂y/∂a, summed where a was broadcast; db likewise
Result<std::vector<graph::ValueId>> reverse(Reverse& r) {
  const Partial partial = partial_of(r.attributes<BinaryAttributes>().op);
  auto gradients = r.none();
  const Expression a = r.operand(0);
  const Expression b = r.operand(1);
  if (r.wants(0) && partial.a != nullptr)
    gradients[0] = WALLE_TRY(r.fit(r.gradient() * partial.a(a, b, r.result()), 0));
  if (r.wants(1) && partial.b != nullptr)
    gradients[1] = WALLE_TRY(r.fit(r.gradient() * partial.b(a, b, r.result()), 1));
  return gradients;
}

}  // namespace

extern const RuleDef kBinary;
const RuleDef kBinary = {.family = Family::binary, .reverse = reverse};

}  // namespace walle::autodiff
