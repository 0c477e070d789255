#pragma once

#include <string_view>
#include <vector>

#include "libwalle/graph/op.h"

namespace walle::autodiff {

class Formula;

/// A value of a graph in a formula: `dy * y * (1 - y)` appends the nodes that compute it. Numbers take the dtype of the
/// value beside them; operands broadcast. Cheap to copy; valid as long as its Formula.
class Expression {
 public:
  Expression(Formula& formula, graph::ValueId id) : formula_(&formula), id_(id) {}
  [[nodiscard]] Formula& formula() const { return *formula_; }
  [[nodiscard]] graph::ValueId id() const { return id_; }
  /// A scalar of this expression's dtype.
  [[nodiscard]] Expression number(double value) const;

 private:
  Formula* formula_;
  graph::ValueId id_;
};

/// Builds expressions. The first error sticks: what follows it does nothing, and `finish` returns it.
class Formula {
 public:
  explicit Formula(graph::GraphBuilder& builder) : builder_(&builder) {}

  [[nodiscard]] Expression of(graph::ValueId id) { return {*this, id}; }
  /// An operator of one result.
  [[nodiscard]] Expression apply(std::string_view op, std::initializer_list<Expression> operands,
                                 graph::Attributes attributes = {});
  [[nodiscard]] Expression number(DType dtype, double value) { return of(builder_->scalar(dtype, value)); }
  /// The value, or the first error.
  [[nodiscard]] Result<graph::ValueId> finish(const Expression& expression) const;
  [[nodiscard]] graph::GraphBuilder& builder() { return *builder_; }
  [[nodiscard]] bool failed() const { return !status_; }

 private:
  graph::GraphBuilder* builder_;
  Status status_;
};

[[nodiscard]] Expression operator+(const Expression& a, const Expression& b);
[[nodiscard]] Expression operator-(const Expression& a, const Expression& b);
[[nodiscard]] Expression operator*(const Expression& a, const Expression& b);
[[nodiscard]] Expression operator/(const Expression& a, const Expression& b);
[[nodiscard]] Expression operator-(const Expression& a);
[[nodiscard]] inline Expression operator+(const Expression& a, double b) { return a + a.number(b); }
[[nodiscard]] inline Expression operator-(const Expression& a, double b) { return a - a.number(b); }
[[nodiscard]] inline Expression operator-(double a, const Expression& b) { return b.number(a) - b; }
[[nodiscard]] inline Expression operator*(double a, const Expression& b) { return b.number(a) * b; }
[[nodiscard]] inline Expression operator/(double a, const Expression& b) { return b.number(a) / b; }

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
