#include "libwalle/ops/rules/formula.h"

#include <numeric>

#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/numbers.h"

namespace walle::ops::rules {
namespace {

Term with_number(std::string_view op, Term a, double b) {
  return a.formula().op(op, {a, a.formula().number(a.dtype(), b)});
}

}  // namespace

Ints Term::dims() const {
  if (id_ == kNoValue) return {};
  auto dims = formula_->builder().dims(id_);
  return dims ? *std::move(dims) : Ints{};
}

DType Term::dtype() const {
  return id_ == kNoValue ? DType::f32 : formula_->builder().value(id_).dtype.value_or(DType::f32);
}

Term Term::reshape(std::span<const int64_t> dims) const {
  return id_ == kNoValue ? *this : formula_->of(rules::reshape(formula_->builder(), id_, dims));
}
Term Term::transpose(Ints perm) const {
  return id_ == kNoValue ? *this : formula_->of(rules::transpose(formula_->builder(), id_, std::move(perm)));
}
Term Term::expand(std::span<const int64_t> dims) const {
  return id_ == kNoValue ? *this : formula_->of(rules::expand(formula_->builder(), id_, dims));
}
Term Term::slice(int64_t axis, int64_t begin, int64_t end) const {
  return id_ == kNoValue ? *this : formula_->of(rules::slice(formula_->builder(), id_, axis, begin, end));
}
Term Term::cast(DType dtype) const {
  return id_ == kNoValue ? *this : formula_->of(rules::cast(formula_->builder(), id_, dtype));
}
Term Term::reduce(std::string_view op, Ints axes) const {
  return id_ == kNoValue ? *this : formula_->of(rules::reduce(formula_->builder(), op, id_, std::move(axes), true));
}
Term Term::apply(std::string_view op, Attributes attributes) const {
  return formula_->op(op, {*this}, std::move(attributes));
}

Term Formula::of(Result<ValueId> id) {
  if (!id && !error_) error_ = id.error();
  return {*this, id.value_or(kNoValue)};
}

Term Formula::op(std::string_view name, std::span<const Term> operands, Attributes attributes) {
  std::vector<ValueId> ids;
  for (const Term& term : operands) ids.push_back(term.id());
  if (error_) return {*this, kNoValue};
  return of(builder_->one(name, std::move(ids), std::move(attributes)));
}

Term Formula::number(DType dtype, double value) { return of(builder_->scalar(dtype, value)); }

Term Formula::positions(int64_t count, size_t rank, size_t axis, DType dtype) {
  return of(rules::positions(*builder_, count, rank, axis)).cast(dtype);
}

Term Formula::constant(std::span<const double> values, std::span<const int64_t> dims, DType dtype) {
  return of(number_constant(*builder_, dtype, dims, values));
}

Term Formula::ints(std::initializer_list<int64_t> values) { return of(builder_->ints(std::span(values))); }

Replacement Formula::results(std::initializer_list<Term> terms) const {
  if (error_) return fail(*error_);
  std::vector<ValueId> ids;
  for (const Term& term : terms) ids.push_back(term.id());
  return std::optional(std::move(ids));
}

Result<ValueId> Formula::result(Term term) const {
  if (error_) return fail(*error_);
  return term.id();
}

Term operator+(Term a, Term b) { return a.formula().op("Add", {a, b}); }
Term operator-(Term a, Term b) { return a.formula().op("Sub", {a, b}); }
Term operator*(Term a, Term b) { return a.formula().op("Mul", {a, b}); }
Term operator/(Term a, Term b) { return a.formula().op("Div", {a, b}); }
Term operator+(Term a, double b) { return with_number("Add", a, b); }
Term operator-(Term a, double b) { return with_number("Sub", a, b); }
Term operator-(double a, Term b) { return b.formula().number(b.dtype(), a) - b; }
Term operator*(Term a, double b) { return with_number("Mul", a, b); }
Term operator/(Term a, double b) { return with_number("Div", a, b); }
Term operator/(double a, Term b) { return b.formula().number(b.dtype(), a) / b; }
Term matmul(Term a, Term b) { return a.formula().op("MatMul", {a, b}); }
Term where(Term c, Term a, Term b) { return c.formula().op("Where", {c, a, b}); }
Term concat(std::initializer_list<Term> parts, int64_t axis) { return concat(std::span(parts), axis); }
Term concat(std::span<const Term> parts, int64_t axis) {
  return parts.size() == 1 ? parts[0] : parts[0].formula().op("Concat", parts, {{"axis", axis}});
}
Term compare(std::string_view op, Term a, double b) { return with_number(op, a, b); }
Term compare(std::string_view op, Term a, Term b) { return a.formula().op(op, {a, b}); }
Term clamp(Term x, double low, double high) {
  Formula& f = x.formula();
  return f.op("Clip", {x, f.number(x.dtype(), low), f.number(x.dtype(), high)});
}

}  // namespace walle::ops::rules
