#include "libwalle/ops/rules/formula.h"

#include <numeric>

#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/numbers.h"

namespace walle::ops::rules {
namespace {

Term with_number(std::string_view op, Term a, double b) { return a.formula().op(op, {a, a.number(b)}); }

}  // namespace

Ints Term::dims() const {
  if (id() == kNoValue) return {};
  auto dims = formula().builder().dims(id());
  return dims ? *std::move(dims) : Ints{};
}

Term Term::reshape(std::span<const int64_t> dims) const {
  return id() == kNoValue ? *this : formula().of(rules::reshape(formula().builder(), id(), dims));
}
Term Term::transpose(Ints perm) const {
  return id() == kNoValue ? *this : formula().of(rules::transpose(formula().builder(), id(), std::move(perm)));
}
Term Term::expand(std::span<const int64_t> dims) const {
  return id() == kNoValue ? *this : formula().of(rules::expand(formula().builder(), id(), dims));
}
Term Term::slice(int64_t axis, int64_t begin, int64_t end) const {
  return id() == kNoValue ? *this : formula().of(rules::slice(formula().builder(), id(), axis, begin, end));
}
Term Term::cast(DType dtype) const {
  return id() == kNoValue ? *this : formula().of(rules::cast(formula().builder(), id(), dtype));
}
Term Term::reduce(std::string_view op, Ints axes) const {
  return id() == kNoValue ? *this : formula().of(rules::reduce(formula().builder(), op, id(), std::move(axes), true));
}
Term Term::apply(std::string_view op, Attributes attributes) const {
  return formula().op(op, {*this}, std::move(attributes));
}

Term Formula::positions(int64_t count, size_t rank, size_t axis, DType dtype) {
  return of(rules::positions(builder(), count, rank, axis)).cast(dtype);
}

Term Formula::constant(std::span<const double> values, std::span<const int64_t> dims, DType dtype) {
  return of(number_constant(builder(), dtype, dims, values));
}

Term Formula::ints(std::span<const int64_t> values) { return of(builder().ints(values)); }

Replacement Formula::results(std::initializer_list<Term> terms) const {
  if (error()) return fail(*error());
  std::vector<ValueId> ids;
  for (const Term& term : terms) ids.push_back(term.id());
  return std::optional(std::move(ids));
}

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
  return f.op("Clip", {x, x.number(low), x.number(high)});
}

}  // namespace walle::ops::rules
