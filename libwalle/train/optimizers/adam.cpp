#include "libwalle/train/optimizers/optimizer.h"

namespace walle::train {
namespace {

using autodiff::Expression;

constexpr double kBeta1 = 0.9;
constexpr double kBeta2 = 0.999;
constexpr double kEpsilon = 1e-8;

/// 1 - beta^step, which undoes the pull towards the zeros that the means start from.
Expression correction(const Expression& step, double beta) {
  return 1 - step.formula().op("Pow", {step.number(beta), step});
}

// m' = β₁ m + (1-β₁) g,  s' = β₂ s + (1-β₂) g²,  w' = w - η (m̂ / (√ŝ + ε) + λ w); weight decay beside the means (AdamW)
Updated update(const Update& u) {
  const Expression mean = kBeta1 * u.state[0] + (1 - kBeta1) * u.gradient;
  const Expression square = kBeta2 * u.state[1] + (1 - kBeta2) * (u.gradient * u.gradient);
  const Expression spread = sqrt(square / correction(u.step, kBeta2)) + kEpsilon;
  const Expression ratio = mean / correction(u.step, kBeta1) / spread;
  const Expression direction = u.options->weight_decay == 0 ? ratio : ratio + u.options->weight_decay * u.weight;
  return {u.weight - u.rate * direction, {mean, square}};
}

}  // namespace

extern const OptimizerDef kAdam;
const OptimizerDef kAdam = {.name = "adam",
                            .formula = "w -= rate (m / (sqrt(s) + 1e-8) + decay w), m and s means of g and g²",
                            .learning_rate = 0.001,
                            .state = 2,
                            .update = update};

}  // namespace walle::train
