#pragma once

#include <initializer_list>
#include <span>
#include <vector>

#include "libwalle/graph/formula.h"
#include "libwalle/ops/rules/define.h"

// Decompositions written as formulas: terms with operators. The first error sticks, and what follows builds nothing.
namespace walle::ops::rules {

class Formula;

/// A value of the graph that is being built, with what decompositions do to it.
class Term : public graph::TermBase<Term, Formula> {
 public:
  using TermBase::TermBase;

  /// Empty after an error.
  [[nodiscard]] Ints dims() const;

  [[nodiscard]] Term reshape(std::span<const int64_t> dims) const;
  [[nodiscard]] Term reshape(std::initializer_list<int64_t> dims) const { return reshape(std::span(dims)); }
  [[nodiscard]] Term transpose(Ints perm) const;
  [[nodiscard]] Term expand(std::span<const int64_t> dims) const;
  /// [begin, end) along axis.
  [[nodiscard]] Term slice(int64_t axis, int64_t begin, int64_t end) const;
  [[nodiscard]] Term cast(DType dtype) const;
  /// A reduction ("ReduceSum") that keeps its axes.
  [[nodiscard]] Term reduce(std::string_view op, Ints axes) const;
  /// A function of one operand.
  [[nodiscard]] Term apply(std::string_view op, Attributes attributes = {}) const;
};

class Formula : public graph::FormulaBase<Term, Formula> {
 public:
  using FormulaBase::FormulaBase;

  /// 0, 1, … count-1 of this dtype along `axis` of `rank` axes.
  [[nodiscard]] Term positions(int64_t count, size_t rank, size_t axis, DType dtype = DType::i64);
  [[nodiscard]] Term constant(std::span<const double> values, std::span<const int64_t> dims, DType dtype);
  [[nodiscard]] Term ints(std::span<const int64_t> values);
  [[nodiscard]] Term ints(std::initializer_list<int64_t> values) { return ints(std::span(values)); }

  /// The terms as the node's results; the first error if there was one.
  [[nodiscard]] Replacement results(std::initializer_list<Term> terms) const;
};

[[nodiscard]] Term matmul(Term a, Term b);
/// c ? a : b
[[nodiscard]] Term where(Term c, Term a, Term b);
[[nodiscard]] Term concat(std::initializer_list<Term> parts, int64_t axis);
[[nodiscard]] Term concat(std::span<const Term> parts, int64_t axis);
/// "Less", "Equal" … with a number of a's dtype.
[[nodiscard]] Term compare(std::string_view op, Term a, double b);
[[nodiscard]] Term compare(std::string_view op, Term a, Term b);
/// Between low and high.
[[nodiscard]] Term clamp(Term x, double low, double high);

}  // namespace walle::ops::rules
