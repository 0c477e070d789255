#include "libwalle/graph/shape.h"

namespace walle::graph {
/// Affine arithmetic on the private members; every overflow gives nullopt.
struct DimAccess {
  static std::optional<Dim> combine(const Dim& a, const Dim& b, int64_t factor) {
    Dim out;
    int64_t scaled = 0;
    if (__builtin_mul_overflow(b.constant_, factor, &scaled) ||
        __builtin_add_overflow(a.constant_, scaled, &out.constant_))
      return std::nullopt;
    size_t i = 0;
    size_t j = 0;
    while (i < a.terms_.size() || j < b.terms_.size()) {
      Dim::Term term;
      const bool take_a = j == b.terms_.size() || (i < a.terms_.size() && a.terms_[i].symbol <= b.terms_[j].symbol);
      const bool take_b = i == a.terms_.size() || (j < b.terms_.size() && b.terms_[j].symbol <= a.terms_[i].symbol);
      term.symbol = take_a ? a.terms_[i].symbol : b.terms_[j].symbol;
      if (take_b && __builtin_mul_overflow(b.terms_[j].coefficient, factor, &scaled)) return std::nullopt;
      if (__builtin_add_overflow(take_a ? a.terms_[i].coefficient : 0, take_b ? scaled : 0, &term.coefficient))
        return std::nullopt;
      i += take_a ? 1 : 0;
      j += take_b ? 1 : 0;
      if (term.coefficient != 0 && !out.terms_.push_back(term)) return std::nullopt;
    }
    return out;
  }
  static std::optional<Dim> divided(const Dim& a, int64_t by) {
    Dim out;
    if (a.constant_ % by != 0) return std::nullopt;
    out.constant_ = a.constant_ / by;
    for (const Dim::Term& term : a.terms_) {
      if (term.coefficient % by != 0) return std::nullopt;
      out.terms_.push_back({term.symbol, term.coefficient / by});
    }
    return out;
  }
};

std::optional<Dim> Dim::add(const Dim& a, const Dim& b) { return DimAccess::combine(a, b, 1); }
std::optional<Dim> Dim::sub(const Dim& a, const Dim& b) { return DimAccess::combine(a, b, -1); }

std::optional<Dim> Dim::mul(const Dim& a, const Dim& b) {
  if (b.known()) return DimAccess::combine(Dim(0), a, b.value());
  if (a.known()) return DimAccess::combine(Dim(0), b, a.value());
  return std::nullopt;
}

std::optional<Dim> Dim::div(const Dim& a, const Dim& b) {
  if (a == b) return Dim(1);
  if (!b.known() || b.value() <= 0) return std::nullopt;
  if (a.known()) {
    const int64_t quotient = a.value() / b.value();
    return Dim(quotient - (a.value() % b.value() < 0 ? 1 : 0));
  }
  return DimAccess::divided(a, b.value());
}

std::optional<std::vector<int64_t>> concrete(const Shape& shape) {
  std::vector<int64_t> dims;
  dims.reserve(shape.size());
  for (const Dim& d : shape) {
    if (!d.known()) return std::nullopt;
    dims.push_back(d.value());
  }
  return dims;
}

Shape to_shape(const std::vector<int64_t>& dims) { return {dims.begin(), dims.end()}; }

}  // namespace walle::graph
