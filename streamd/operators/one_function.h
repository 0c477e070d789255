#pragma once

#include <memory>
#include <span>
#include <utility>

#include "streamd/operators/operator.h"

namespace walle::operators {

/// An operator that calls one function with each value.
class OneFunction : public Operator {
 public:
  explicit OneFunction(Function function) : function_(std::move(function)) {}

 protected:
  [[nodiscard]] Result<Value> call(Item& item) { return function_({&item.value, 1}); }

 private:
  Function function_;
};

/// OperatorDef::make of such an operator.
template <class Kind>
[[nodiscard]] Result<std::unique_ptr<Operator>> make_one_function(std::span<const Argument> arguments,
                                                                  const Limits& /*limits*/) {
  if (arguments.size() != 1) return fail(ErrorCode::invalid_argument, "takes one argument");
  return std::make_unique<Kind>(WALLE_TRY(function_of(arguments[0])));
}

}  // namespace walle::operators
