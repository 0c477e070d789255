#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "streamd/operators/operator.h"

namespace walle::package {

/// What `stream.events(…).key_by(…)…` has said so far; nothing runs before it is asked for rows.
struct StreamRecipe {
  struct Step {
    std::string name;
    std::vector<operators::Argument> arguments;
    std::shared_ptr<const StreamRecipe> other;  ///< right side of a join
  };
  Value source;  ///< a list of values, or the arguments of walled's stream.events (a map)
  std::vector<Step> steps;
};

/// Adds a step. Errors: invalid_argument that repeats the operator's usage.
[[nodiscard]] Result<StreamRecipe> with_step(const StreamRecipe& recipe, StreamRecipe::Step step);

/// Runs it to the end; its rows. `fetch` asks walled for events. Values take the time of their "time_us" (rows of a
/// window that of their "to_us"), and are pushed in the order of time.
[[nodiscard]] Result<std::vector<Value>> run_recipe(const StreamRecipe& recipe,
                                                    const std::function<Result<Value>(const Value&)>& fetch);

/// Does an operator have this name?
[[nodiscard]] const operators::OperatorDef* operator_named(std::string_view name);

}  // namespace walle::package
