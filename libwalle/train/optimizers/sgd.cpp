#include "libwalle/train/optimizers/optimizer.h"

namespace walle::train {
namespace {

// v' = μ v + g,  w' = w - η (v' + λ w)
Updated update(const Update& u) {
  const auto velocity = u.options->momentum * u.state[0] + u.gradient;
  const auto direction = u.options->weight_decay == 0 ? velocity : velocity + u.options->weight_decay * u.weight;
  return {u.weight - u.rate * direction, {velocity}};
}

}  // namespace

extern const OptimizerDef kSgd;
const OptimizerDef kSgd = {.name = "sgd",
                           .formula = "v = momentum v + g; w -= rate (v + decay w)",
                           .learning_rate = 0.01,
                           .state = 1,
                           .update = update};

}  // namespace walle::train
