#include "libwalle/autodiff/formula/expression.h"

namespace walle::autodiff {

namespace {

Expression unary(std::string_view op, const Expression& a) { return a.formula().op(op, {a}); }
Expression binary(std::string_view op, const Expression& a, const Expression& b) { return a.formula().op(op, {a, b}); }

}  // namespace

Expression greater(const Expression& a, const Expression& b) { return binary("Greater", a, b); }
Expression both(const Expression& a, const Expression& b) { return binary("And", a, b); }
Expression where(const Expression& condition, const Expression& a, const Expression& b) {
  return a.formula().op("Where", {condition, a, b});
}
Expression exp(const Expression& a) { return unary("Exp", a); }
Expression log(const Expression& a) { return unary("Log", a); }
Expression sqrt(const Expression& a) { return unary("Sqrt", a); }
Expression tanh(const Expression& a) { return unary("Tanh", a); }
Expression sigmoid(const Expression& a) { return unary("Sigmoid", a); }
Expression sign(const Expression& a) { return unary("Sign", a); }
Expression abs(const Expression& a) { return unary("Abs", a); }
Expression pow(const Expression& a, double exponent) { return binary("Pow", a, a.number(exponent)); }

Expression sum(const Expression& a, const std::vector<int64_t>& axes) {
  if (axes.empty() || a.formula().failed()) return a;
  Formula& formula = a.formula();
  return formula.op("ReduceSum", {a, formula.of(formula.builder().ints(axes))}, {{"keepdims", int64_t{1}}});
}

Expression reshape(const Expression& a, const std::vector<int64_t>& dims) {
  Formula& formula = a.formula();
  if (formula.failed()) return a;
  if (formula.builder().dims(a.id()) == dims) return a;
  return formula.op("Reshape", {a, formula.of(formula.builder().ints(dims))}, {{"allowzero", int64_t{1}}});
}

}  // namespace walle::autodiff
