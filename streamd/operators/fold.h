#pragma once

#include <cstdint>
#include <memory>

#include "streamd/operators/operator.h"

namespace walle::operators {

/// The state of one result.
struct Folded {
  Value value;
  double compensation = 0;  ///< of a float sum (Neumaier)
  int64_t seen = 0;         ///< values given, kept by the owner of the state; 1 at the first `add`
  int64_t count = 0;        ///< values that were not null
};

/// How values are folded into one. Stateless; any number of results share it.
class Fold {
 public:
  virtual ~Fold() = default;
  [[nodiscard]] virtual Status add(Folded& state, const Value& value) const = 0;
  [[nodiscard]] virtual Value result(const Folded& state) const { return state.value; }
};

/// A function h(result so far, value), whose first result is the first value; or a text: count, sum, mean, min, max,
/// first, last, each alone or of an expression ("sum(contents.lux)", nulls left out); or an expression of acc and
/// value.
[[nodiscard]] Result<std::unique_ptr<Fold>> fold_of(const Argument& argument);

}  // namespace walle::operators
