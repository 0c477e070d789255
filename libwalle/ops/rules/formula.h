#pragma once

#include <initializer_list>
#include <span>
#include <vector>

#include "libwalle/ops/rules/define.h"

// Decompositions written as formulas: terms with operators. The first error sticks, and what follows builds nothing.
namespace walle::ops::rules {

class Formula;

/// A value of the graph that is being built; cheap to copy. Arithmetic broadcasts; numbers take the term's dtype.
class Term {
 public:
  Term() = default;
  Term(Formula& formula, ValueId id) : formula_(&formula), id_(id) {}

  /// kNoValue after an error.
  [[nodiscard]] ValueId id() const { return id_; }
  [[nodiscard]] Formula& formula() const { return *formula_; }
  /// Empty after an error.
  [[nodiscard]] Ints dims() const;
  /// f32 after an error.
  [[nodiscard]] DType dtype() const;

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

 private:
  Formula* formula_ = nullptr;
  ValueId id_ = kNoValue;
};

class Formula {
 public:
  explicit Formula(GraphBuilder& builder) : builder_(&builder) {}

  [[nodiscard]] Term of(ValueId id) { return {*this, id}; }
  [[nodiscard]] Term of(Result<ValueId> id);
  [[nodiscard]] Term op(std::string_view name, std::span<const Term> operands, Attributes attributes = {});
  [[nodiscard]] Term op(std::string_view name, std::initializer_list<Term> operands, Attributes attributes = {}) {
    return op(name, std::span(operands), std::move(attributes));
  }
  [[nodiscard]] Term number(DType dtype, double value);
  /// 0, 1, … count-1 of this dtype along `axis` of `rank` axes.
  [[nodiscard]] Term positions(int64_t count, size_t rank, size_t axis, DType dtype = DType::i64);
  [[nodiscard]] Term constant(std::span<const double> values, std::span<const int64_t> dims, DType dtype);
  [[nodiscard]] Term ints(std::initializer_list<int64_t> values);
  [[nodiscard]] GraphBuilder& builder() { return *builder_; }
  [[nodiscard]] bool failed() const { return error_.has_value(); }

  /// The terms as the node's results; the first error if there was one.
  [[nodiscard]] Replacement results(std::initializer_list<Term> terms) const;
  [[nodiscard]] Result<ValueId> result(Term term) const;

 private:
  GraphBuilder* builder_;
  std::optional<Error> error_;
};

[[nodiscard]] Term operator+(Term a, Term b);
[[nodiscard]] Term operator-(Term a, Term b);
[[nodiscard]] Term operator*(Term a, Term b);
[[nodiscard]] Term operator/(Term a, Term b);
[[nodiscard]] Term operator+(Term a, double b);
[[nodiscard]] Term operator-(Term a, double b);
[[nodiscard]] Term operator-(double a, Term b);
[[nodiscard]] Term operator*(Term a, double b);
[[nodiscard]] Term operator/(Term a, double b);
[[nodiscard]] Term operator/(double a, Term b);
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
