#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <walle/engine/model.h>
#include <walle/engine/session.h>
#include <walle/engine/tensor.h>

namespace walle::engine {

/// How a model is trained. Names of losses and optimizers: `losses()`, `optimizers()`.
struct TrainOptions {
  std::string loss = "cross-entropy";
  std::string optimizer = "adam";
  double learning_rate = 0;  ///< 0: the optimizer's usual one
  double momentum = 0.9;     ///< of sgd; 0: none
  double weight_decay = 0;   ///< each step shrinks a parameter by learning_rate * weight_decay of itself
  std::string trainable;     ///< regular expression (ECMAScript) that a parameter's name contains; "": all
  int64_t batch = 32;        ///< samples of a step
  uint64_t seed = 1;         ///< of the shuffling
  int threads = 1;
  std::string backend;  ///< as SessionOptions::backend
};

/// Samples in memory: the model's inputs by name, whose first axis counts the samples, and what the output should be.
/// cross-entropy: labels are class numbers (any integer dtype) of the output's shape without axis 1; mse: f32 of the
/// output's shape.
struct Dataset {
  std::vector<NamedTensor> inputs;
  Tensor labels;
  [[nodiscard]] int64_t count() const { return labels.dims().empty() ? 0 : labels.dims()[0]; }
};

/// Means over the samples that were seen. accuracy is NaN for a loss without classes.
struct Score {
  double loss = 0;
  double accuracy = 0;
  int64_t samples = 0;
};

/// A weight of the model. The tensor is never written again once it is handed out: copies are snapshots.
struct Parameter {
  std::string name;  ///< as in the source file
  Tensor value;
};

/// Called before each batch with the samples done and all of them; false ends the epoch early.
using TrainProgress = std::function<bool(int64_t done, int64_t all)>;

/// Trains a model's weights on this machine: the graph is differentiated into another graph (libwalle/autodiff) that
/// also updates the weights, and an ordinary Session plans and runs it, a plan for each size of batch.
/// Deterministic for one thread, a seed and a backend. Batch normalisation keeps its stored statistics, dropout is off.
/// Memory: weights, optimizer state (adam: two copies) and one planned arena for activations and gradients; nothing
/// grows from step to step. Thread: one call at a time.
class Trainer {
 public:
  /// Errors: invalid_argument for unknown names, numbers out of range, an expression that matches no parameter;
  /// unsupported naming the node and kernel family that has no gradient. The first step may find the latter, too.
  [[nodiscard]] static Result<std::unique_ptr<Trainer>> create(std::shared_ptr<const Model> model,
                                                               TrainOptions options = {});
  ~Trainer();

  /// One step on one batch; the score before it. Errors: as Session::run; invalid_argument if labels do not fit the
  /// model's output; failed_precondition if the loss is not finite (the weights are those before the step).
  [[nodiscard]] Result<Score> step(const Dataset& batch);
  /// One pass over shuffled data, a step a batch; the last batch may be smaller. The mean of the steps' scores.
  /// Errors: as `step`; cancelled if `progress` returns false (the steps before it are kept).
  [[nodiscard]] Result<Score> epoch(const Dataset& data, const TrainProgress& progress = {});
  /// Scores data with the current weights, without a step.
  [[nodiscard]] Result<Score> evaluate(const Dataset& data);

  /// The trainable weights.
  [[nodiscard]] const std::vector<Parameter>& parameters() const;
  /// Puts weights back, for example the best ones seen. Errors: invalid_argument unless names, dtypes and dims agree.
  [[nodiscard]] Status restore(std::span<const Parameter> parameters);
  /// The model with the current weights as the bytes of a `.walle` file.
  [[nodiscard]] Result<std::vector<uint8_t>> save() const;

  struct Impl;
  explicit Trainer(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

/// Names of the losses and optimizers of this build, sorted.
[[nodiscard]] std::vector<std::string_view> losses();
[[nodiscard]] std::vector<std::string_view> optimizers();

}  // namespace walle::engine
