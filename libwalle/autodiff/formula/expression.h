#pragma once

#include <string_view>
#include <vector>

#include "libwalle/graph/formula.h"

namespace walle::autodiff {

class Formula;

/// A value of a graph in a formula for a gradient.
class Expression : public graph::TermBase<Expression, Formula> {
 public:
  using TermBase::TermBase;
};

/// Builds expressions.
class Formula : public graph::FormulaBase<Expression, Formula> {
 public:
  using FormulaBase::FormulaBase;
};

/// Booleans, elementwise.
[[nodiscard]] Expression greater(const Expression& a, const Expression& b);
[[nodiscard]] inline Expression greater(const Expression& a, double b) { return greater(a, a.number(b)); }
[[nodiscard]] inline Expression less(const Expression& a, double b) { return greater(a.number(b), a); }
[[nodiscard]] Expression both(const Expression& a, const Expression& b);
/// condition ? a : b, elementwise.
[[nodiscard]] Expression where(const Expression& condition, const Expression& a, const Expression& b);

[[nodiscard]] Expression exp(const Expression& a);
[[nodiscard]] Expression log(const Expression& a);
[[nodiscard]] Expression sqrt(const Expression& a);
[[nodiscard]] Expression tanh(const Expression& a);
[[nodiscard]] Expression sigmoid(const Expression& a);
[[nodiscard]] Expression sign(const Expression& a);
[[nodiscard]] Expression abs(const Expression& a);
[[nodiscard]] Expression pow(const Expression& a, double exponent);
/// Sum over these axes, which stay with size 1. No axes: a itself.
[[nodiscard]] Expression sum(const Expression& a, const std::vector<int64_t>& axes);
[[nodiscard]] Expression reshape(const Expression& a, const std::vector<int64_t>& dims);

}  // namespace walle::autodiff
