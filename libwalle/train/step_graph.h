#pragma once

#include <vector>

#include "libwalle/graph/op.h"
#include "libwalle/train/losses/loss.h"
#include "libwalle/train/optimizers/optimizer.h"

namespace walle::train {

/// Names of the inputs that training adds to a model's own; parameters keep theirs.
inline constexpr std::string_view kLabels = "walle.train/labels";
inline constexpr std::string_view kRate = "walle.train/rate";
inline constexpr std::string_view kStep = "walle.train/step";
[[nodiscard]] std::string state_name(size_t index, const std::string& parameter);

/// What a training graph is made of.
struct Recipe {
  const graph::Graph* source = nullptr;    ///< the model's
  std::vector<graph::ValueId> parameters;  ///< constants of the source that become inputs
  const LossDef* loss = nullptr;
  const OptimizerDef* optimizer = nullptr;
  const engine::TrainOptions* options = nullptr;
};

/// The model for inputs of these dims (in the order of its inputs) with its loss. Inputs: the model's, labels,
/// parameters. Outputs: loss, the model's first output.
/// Errors: invalid_argument if the dims do not fit the model; what inference and lowering say.
[[nodiscard]] Result<graph::Graph> evaluation_graph(const Recipe& recipe,
                                                    const std::vector<std::vector<int64_t>>& input_dims);

/// The same with gradients and update. More inputs: for each parameter the optimizer's state, then rate and step.
/// More outputs: for each parameter its next value and state. Errors: also those of autodiff::gradients; a model whose
/// output depends on no parameter.
[[nodiscard]] Result<graph::Graph> step_graph(const Recipe& recipe,
                                              const std::vector<std::vector<int64_t>>& input_dims);

}  // namespace walle::train
