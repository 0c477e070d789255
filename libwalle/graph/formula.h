#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "libwalle/graph/op.h"

// Formulas over a graph that is being built: `dy * y * (1 - y)` appends the nodes that compute it. Each module that
// writes formulas derives its own terms from these, with the functions it needs.
namespace walle::graph {

/// A value in a formula. Cheap to copy; valid as long as its formula. Operands of arithmetic broadcast; numbers take
/// the dtype of the term beside them.
template <class Term, class Formula>
class TermBase {
 public:
  TermBase() = default;
  TermBase(Formula& formula, ValueId id) : formula_(&formula), id_(id) {}

  [[nodiscard]] Formula& formula() const { return *formula_; }
  /// kNoValue after an error.
  [[nodiscard]] ValueId id() const { return id_; }
  /// f32 after an error.
  [[nodiscard]] DType dtype() const {
    return id_ == kNoValue ? DType::f32 : formula_->builder().value(id_).dtype.value_or(DType::f32);
  }
  /// A scalar of this term's dtype.
  [[nodiscard]] Term number(double value) const { return formula_->number(dtype(), value); }

  [[nodiscard]] friend Term operator+(const Term& a, const Term& b) { return a.formula().op("Add", {a, b}); }
  [[nodiscard]] friend Term operator-(const Term& a, const Term& b) { return a.formula().op("Sub", {a, b}); }
  [[nodiscard]] friend Term operator*(const Term& a, const Term& b) { return a.formula().op("Mul", {a, b}); }
  [[nodiscard]] friend Term operator/(const Term& a, const Term& b) { return a.formula().op("Div", {a, b}); }
  [[nodiscard]] friend Term operator-(const Term& a) { return a.formula().op("Neg", {a}); }
  [[nodiscard]] friend Term operator+(const Term& a, double b) { return a + a.number(b); }
  [[nodiscard]] friend Term operator-(const Term& a, double b) { return a - a.number(b); }
  [[nodiscard]] friend Term operator-(double a, const Term& b) { return b.number(a) - b; }
  [[nodiscard]] friend Term operator*(const Term& a, double b) { return a * a.number(b); }
  [[nodiscard]] friend Term operator*(double a, const Term& b) { return b.number(a) * b; }
  [[nodiscard]] friend Term operator/(const Term& a, double b) { return a / a.number(b); }
  [[nodiscard]] friend Term operator/(double a, const Term& b) { return b.number(a) / b; }

 private:
  Formula* formula_ = nullptr;
  ValueId id_ = kNoValue;
};

/// Builds terms. The first error sticks: what follows it builds nothing, and `result` returns it.
template <class Term, class Formula>
class FormulaBase {
 public:
  explicit FormulaBase(GraphBuilder& builder) : builder_(&builder) {}

  [[nodiscard]] Term of(ValueId id) { return {static_cast<Formula&>(*this), id}; }
  [[nodiscard]] Term of(Result<ValueId> id) {
    if (!id && !error_) error_ = id.error();
    return of(id.value_or(kNoValue));
  }
  /// An operator of one result.
  [[nodiscard]] Term op(std::string_view name, std::span<const Term> operands, Attributes attributes = {}) {
    if (error_) return of(kNoValue);
    std::vector<ValueId> ids;
    for (const Term& term : operands) ids.push_back(term.id());
    return of(builder_->one(name, std::move(ids), std::move(attributes)));
  }
  [[nodiscard]] Term op(std::string_view name, std::initializer_list<Term> operands, Attributes attributes = {}) {
    return op(name, std::span<const Term>(operands), std::move(attributes));
  }
  [[nodiscard]] Term number(DType dtype, double value) { return of(builder_->scalar(dtype, value)); }

  [[nodiscard]] GraphBuilder& builder() { return *builder_; }
  [[nodiscard]] bool failed() const { return error_.has_value(); }
  /// The term's value; the first error if there was one.
  [[nodiscard]] Result<ValueId> result(const Term& term) const {
    if (error_) return fail(*error_);
    return term.id();
  }

 protected:
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  GraphBuilder* builder_;
  std::optional<Error> error_;
};

}  // namespace walle::graph
