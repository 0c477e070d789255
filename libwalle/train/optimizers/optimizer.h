#pragma once

#include <span>
#include <string_view>
#include <vector>

#include <walle/engine/train.h>

#include "libwalle/autodiff/formula/expression.h"

namespace walle::train {

/// What an update sees: a parameter, its gradient, the optimizer's tensors for it, and two scalars.
struct Update {
  autodiff::Expression weight, gradient;
  std::vector<autodiff::Expression> state;
  autodiff::Expression rate;  ///< learning rate
  autodiff::Expression step;  ///< 1 in the first step
  const engine::TrainOptions* options = nullptr;
};

/// What it makes: the parameter and the state for the next step.
struct Updated {
  autodiff::Expression weight;
  std::vector<autodiff::Expression> state;
};

/// An optimizer: how a gradient changes a parameter, as a formula that becomes part of the step's graph.
struct OptimizerDef {
  std::string_view name;     ///< "adam"
  std::string_view formula;  ///< one line of mathematics
  double learning_rate = 0;  ///< the usual one
  size_t state = 0;          ///< tensors of the parameter's shape that it keeps, 0 at first
  Updated (*update)(const Update&) = nullptr;
};

/// All optimizers, sorted by file name (generated).
[[nodiscard]] std::span<const OptimizerDef* const> optimizers();

}  // namespace walle::train
