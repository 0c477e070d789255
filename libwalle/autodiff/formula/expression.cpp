#include "libwalle/autodiff/formula/expression.h"

namespace walle::autodiff {

using graph::kNoValue;
using graph::ValueId;

Expression Expression::number(double value) const {
  if (formula_->failed()) return *this;
  return formula_->number(formula_->builder().value(id_).dtype.value_or(DType::f32), value);
}

Expression Formula::apply(std::string_view op, std::initializer_list<Expression> operands,
                          graph::Attributes attributes) {
  if (failed()) return of(kNoValue);
  std::vector<ValueId> ids;
  for (const Expression& operand : operands) ids.push_back(operand.id());
  const auto made = builder_->one(op, std::move(ids), std::move(attributes));
  if (made) return of(*made);
  status_ = fail(made.error());
  return of(kNoValue);
}

Result<ValueId> Formula::finish(const Expression& expression) const {
  if (!status_) return fail(status_.error());
  return expression.id();
}

namespace {

Expression unary(std::string_view op, const Expression& a) { return a.formula().apply(op, {a}); }
Expression binary(std::string_view op, const Expression& a, const Expression& b) {
  return a.formula().apply(op, {a, b});
}

}  // namespace

Expression operator+(const Expression& a, const Expression& b) { return binary("Add", a, b); }
Expression operator-(const Expression& a, const Expression& b) { return binary("Sub", a, b); }
Expression operator*(const Expression& a, const Expression& b) { return binary("Mul", a, b); }
Expression operator/(const Expression& a, const Expression& b) { return binary("Div", a, b); }
Expression operator-(const Expression& a) { return unary("Neg", a); }
Expression greater(const Expression& a, const Expression& b) { return binary("Greater", a, b); }
Expression both(const Expression& a, const Expression& b) { return binary("And", a, b); }
Expression where(const Expression& condition, const Expression& a, const Expression& b) {
  return a.formula().apply("Where", {condition, a, b});
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
  return formula.apply("ReduceSum", {a, formula.of(formula.builder().ints(axes))}, {{"keepdims", int64_t{1}}});
}

Expression reshape(const Expression& a, const std::vector<int64_t>& dims) {
  Formula& formula = a.formula();
  if (formula.failed()) return a;
  if (formula.builder().dims(a.id()) == dims) return a;
  return formula.apply("Reshape", {a, formula.of(formula.builder().ints(dims))}, {{"allowzero", int64_t{1}}});
}

}  // namespace walle::autodiff
