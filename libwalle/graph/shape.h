#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kernels/abi/inline_vector.h"

namespace walle::graph {

struct DimAccess;

/// Index into the graph's symbol table.
using Symbol = uint32_t;

/// A dimension, or an element of a known integer tensor: constant + Σ coefficient·symbol (affine).
/// What is not affine (a division that leaves a remainder, a product of symbols) becomes a fresh symbol.
/// Exact integer arithmetic; overflow saturates to a value that verification refuses.
class Dim {
 public:
  struct Term {
    Symbol symbol = 0;
    int64_t coefficient = 0;
    friend bool operator==(const Term&, const Term&) = default;
  };
  static constexpr size_t kMaxTerms = 4;

  constexpr Dim(int64_t constant = 0) : constant_(constant) {}  // NOLINT: a number is a dimension
  static Dim symbol(Symbol s) {
    Dim d;
    d.terms_.push_back({s, 1});
    return d;
  }

  [[nodiscard]] bool known() const { return terms_.empty(); }
  /// Requires: known().
  [[nodiscard]] int64_t value() const { return constant_; }
  [[nodiscard]] int64_t constant() const { return constant_; }
  [[nodiscard]] const InlineVector<Term, kMaxTerms>& terms() const { return terms_; }

  /// nullopt where the result is not affine (or has too many terms); the caller then takes a fresh symbol.
  [[nodiscard]] static std::optional<Dim> add(const Dim& a, const Dim& b);
  [[nodiscard]] static std::optional<Dim> sub(const Dim& a, const Dim& b);
  [[nodiscard]] static std::optional<Dim> mul(const Dim& a, const Dim& b);
  /// a / b rounded down, only where it is exact for all values of the symbols, or both are known. b > 0.
  [[nodiscard]] static std::optional<Dim> div(const Dim& a, const Dim& b);

  friend bool operator==(const Dim&, const Dim&) = default;

  friend struct DimAccess;

 private:
  int64_t constant_ = 0;
  InlineVector<Term, kMaxTerms> terms_;  ///< by symbol, coefficients ≠ 0
};

using Shape = std::vector<Dim>;

/// All dimensions as numbers; nullopt if one is symbolic.
[[nodiscard]] std::optional<std::vector<int64_t>> concrete(const Shape& shape);
[[nodiscard]] Shape to_shape(const std::vector<int64_t>& dims);

}  // namespace walle::graph
