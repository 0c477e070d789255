#include <walle/engine/train.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "libwalle/model/format.h"
#include "libwalle/session/model.h"
#include "libwalle/train/batch.h"
#include "libwalle/train/parameters.h"
#include "libwalle/train/step_graph.h"

namespace walle::engine {
namespace {

using Dims = std::vector<int64_t>;

/// Sessions are kept by the dims of a batch: whole ones and the last one of an epoch.
constexpr size_t kMostSessions = 8;
/// A pass without gradients takes more samples at once.
constexpr int64_t kLeastEvaluated = 256;

/// The definition with this name. Errors: invalid_argument with the names that there are.
template <class Def>
Result<const Def*> named(std::span<const Def* const> defs, std::string_view kind, const std::string& name) {
  std::string known;
  for (const Def* def : defs) {
    if (def->name == name) return def;
    known += (known.empty() ? "" : ", ") + std::string(def->name);
  }
  return walle::fail(ErrorCode::invalid_argument, "no " + std::string(kind) + " '" + name + "'; there are " + known);
}

Status check(const TrainOptions& options) {
  const auto wrong = [](const std::string& what) { return walle::fail(ErrorCode::invalid_argument, what); };
  if (!(options.learning_rate >= 0 && options.learning_rate <= 1e6)) return wrong("the learning rate is 0 to 1e6");
  if (!(options.momentum >= 0 && options.momentum < 1)) return wrong("the momentum is at least 0 and below 1");
  if (!(options.weight_decay >= 0 && options.weight_decay <= 1e3)) return wrong("the weight decay is 0 to 1000");
  if (options.batch < 1 || options.batch > (1 << 20)) return wrong("a batch has 1 to 1048576 samples");
  return {};
}

Status check(const Dataset& data) {
  if (data.count() < 1) return walle::fail(ErrorCode::invalid_argument, "there are no samples (no labels)");
  for (const NamedTensor& input : data.inputs) {
    const int64_t samples = input.tensor.dims().empty() ? 0 : input.tensor.dims()[0];
    if (samples != data.count())
      return walle::fail(ErrorCode::invalid_argument, "input '" + input.name + "' has " + std::to_string(samples) +
                                                          " samples, but there are " + std::to_string(data.count()) +
                                                          " labels");
  }
  return {};
}

Dims range(int64_t begin, int64_t end) {
  Dims rows;
  for (int64_t i = begin; i < end; ++i) rows.push_back(i);
  return rows;
}

Tensor scalar(DType dtype, double value) {
  return dtype == DType::f64 ? Tensor::scalar(value) : Tensor::scalar(static_cast<float>(value));
}

}  // namespace

struct Trainer::Impl {
  std::shared_ptr<const Model> model;
  TrainOptions options;
  train::Recipe recipe;
  std::vector<Parameter> parameters;
  std::vector<Tensor> state;
  int64_t steps = 0;
  std::mt19937_64 generator;
  std::map<std::pair<bool, std::vector<Dims>>, std::unique_ptr<Session>> sessions;

  Result<Session*> session(bool learn, const std::vector<Dims>& dims) {
    const std::pair key(learn, dims);
    const auto found = sessions.find(key);
    if (found != sessions.end()) return found->second.get();
    auto graph = WALLE_TRY(learn ? train::step_graph(recipe, dims) : train::evaluation_graph(recipe, dims));
    const auto made = WALLE_TRY(session::model_from_graph(std::move(graph)));
    auto session = WALLE_TRY(Session::create(made, {.threads = options.threads, .backend = options.backend}));
    if (sessions.size() >= kMostSessions) sessions.clear();
    return sessions.emplace(key, std::move(session)).first->second.get();
  }

  /// The model's inputs for these rows, in its order.
  Result<std::vector<NamedTensor>> inputs_of(const Dataset& data, std::span<const int64_t> rows) const {
    std::vector<NamedTensor> inputs;
    for (const Port& port : model->inputs()) {
      const auto found = std::find_if(data.inputs.begin(), data.inputs.end(),
                                      [&port](const NamedTensor& given) { return given.name == port.name; });
      if (found == data.inputs.end())
        return walle::fail(ErrorCode::invalid_argument, "the data has no input '" + port.name + "'");
      auto tensor = train::take_rows(found->tensor, rows, port.dtype);
      if (!tensor) return walle::fail(tensor.error().with("input '" + port.name + "'"));
      inputs.push_back({port.name, *std::move(tensor)});
    }
    return inputs;
  }

  /// Labels for these rows with the dtype and dims that the graph takes.
  Result<Tensor> labels_of(const Dataset& data, std::span<const int64_t> rows, const Session& session) const {
    Dims dims;
    for (const Port& port : session.model().inputs()) {
      if (port.name == train::kLabels) dims = port.dims;
    }
    auto labels = train::take_rows(data.labels, rows, recipe.loss->labels);
    if (!labels) return walle::fail(labels.error().with("labels"));
    auto shaped = labels->reshaped(dims);
    if (shaped) return shaped;
    return walle::fail(ErrorCode::invalid_argument,
                       "labels " + describe(data.labels.dtype(), labels->dims()) + " do not fit the model's output; " +
                           std::string(recipe.loss->name) + " expects " + describe(recipe.loss->labels, dims));
  }

  /// Runs rows of data: the score, and with `learn` a step.
  Result<Score> run(bool learn, const Dataset& data, std::span<const int64_t> rows) {
    auto inputs = WALLE_TRY(inputs_of(data, rows));
    std::vector<Dims> dims;
    for (const NamedTensor& input : inputs) dims.push_back(input.tensor.dims());
    Session* with = WALLE_TRY(session(learn, dims));
    const Tensor labels = WALLE_TRY(labels_of(data, rows, *with));
    inputs.push_back({std::string(train::kLabels), labels});
    for (const Parameter& parameter : parameters) inputs.push_back({parameter.name, parameter.value});
    if (learn) add_state(inputs);
    auto outputs = WALLE_TRY(with->run(inputs));
    const Score score = WALLE_TRY(score_of(outputs[0], outputs[1], labels));
    if (!learn) return score;
    if (!std::isfinite(score.loss))
      return walle::fail(ErrorCode::failed_precondition,
                         "the loss is not finite after " + std::to_string(steps) +
                             " steps; take a lower learning rate, and inputs of about -1 to 1");
    take_over(outputs);
    return score;
  }

  void add_state(std::vector<NamedTensor>& inputs) const {
    const size_t count = recipe.optimizer->state;
    for (size_t i = 0; i < state.size(); ++i)
      inputs.push_back({train::state_name(i % count, parameters[i / count].name), state[i]});
    const DType dtype = parameters[0].value.dtype();
    const double rate = options.learning_rate > 0 ? options.learning_rate : recipe.optimizer->learning_rate;
    inputs.push_back({std::string(train::kRate), scalar(dtype, rate)});
    inputs.push_back({std::string(train::kStep), scalar(dtype, static_cast<double>(steps + 1))});
  }

  /// Outputs 2…: for each parameter its next value and state.
  void take_over(std::vector<Tensor>& outputs) {
    const size_t count = recipe.optimizer->state;
    size_t next = 2;
    for (size_t p = 0; p < parameters.size(); ++p) {
      parameters[p].value = std::move(outputs[next++]);
      for (size_t s = 0; s < count; ++s) state[p * count + s] = std::move(outputs[next++]);
    }
    ++steps;
  }

  Result<Score> score_of(const Tensor& loss, const Tensor& output, const Tensor& labels) const {
    Score score{
        .loss = loss.dtype() == DType::f64 ? loss.values<double>()[0] : static_cast<double>(loss.values<float>()[0]),
        .accuracy = NAN,
        .samples = labels.dims()[0]};
    if (!recipe.loss->classes) return score;
    const auto rank = output.dims().size();
    const int64_t classes = rank > 1 ? output.dims()[1] : 0;
    if (classes < 2 || output.dtype() != DType::f32)
      return walle::fail(ErrorCode::invalid_argument, "the output " + describe(output.dtype(), output.dims()) +
                                                          " has no axis of classes; take --loss mse");
    int64_t inner = 1;
    for (size_t d = 2; d < rank; ++d) inner *= output.dims()[d];
    int64_t right = 0;
    for (int64_t i = 0; i < labels.count(); ++i) {
      const int64_t label = labels.values<int64_t>()[static_cast<size_t>(i)];
      if (label < 0 || label >= classes)
        return walle::fail(ErrorCode::invalid_argument, "label " + std::to_string(label) +
                                                            " is not a class: the model's output has " +
                                                            std::to_string(classes) + ", counted from 0");
      const float* scores = output.values<float>().data() + i / inner * classes * inner + i % inner;
      int64_t best = 0;
      for (int64_t c = 1; c < classes; ++c) {
        if (scores[c * inner] > scores[best * inner]) best = c;
      }
      right += best == label ? 1 : 0;
    }
    score.accuracy = static_cast<double>(right) / static_cast<double>(std::max<int64_t>(labels.count(), 1));
    return score;
  }

  /// Runs `rows` in batches; means weighted by the samples.
  Result<Score> run_all(bool learn, const Dataset& data, std::span<const int64_t> rows, int64_t batch,
                        const TrainProgress& progress) {
    const auto all = static_cast<int64_t>(rows.size());
    Score mean;
    for (int64_t at = 0; at < all; at += batch) {
      if (progress && !progress(at, all)) return walle::fail(ErrorCode::cancelled, "the epoch was ended early");
      const auto part = rows.subspan(static_cast<size_t>(at), static_cast<size_t>(std::min(batch, all - at)));
      const Score score = WALLE_TRY(run(learn, data, part));
      const auto weight = static_cast<double>(score.samples);
      mean.loss += score.loss * weight;
      mean.accuracy += score.accuracy * weight;
      mean.samples += score.samples;
    }
    mean.loss /= static_cast<double>(mean.samples);
    mean.accuracy /= static_cast<double>(mean.samples);
    return mean;
  }
};

Trainer::Trainer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Trainer::~Trainer() = default;

Result<std::unique_ptr<Trainer>> Trainer::create(std::shared_ptr<const Model> model, TrainOptions options) {
  if (model == nullptr) return walle::fail(ErrorCode::invalid_argument, "a trainer needs a model");
  WALLE_TRY(check(options));
  auto impl = std::make_unique<Impl>();
  const graph::Graph& source = model->impl().graph;
  impl->recipe.source = &source;
  impl->recipe.loss = WALLE_TRY(named(train::losses(), "loss", options.loss));
  impl->recipe.optimizer = WALLE_TRY(named(train::optimizers(), "optimizer", options.optimizer));
  impl->recipe.parameters = WALLE_TRY(train::find_parameters(source, options.trainable));
  for (const graph::ValueId id : impl->recipe.parameters) {
    const Tensor& tensor = *source.value(id).constant;
    impl->parameters.push_back({source.value(id).name, tensor});
    for (size_t s = 0; s < impl->recipe.optimizer->state; ++s)
      impl->state.push_back(WALLE_TRY(Tensor::zeros(tensor.dtype(), tensor.dims())));
  }
  impl->generator.seed(options.seed);
  impl->model = std::move(model);
  impl->options = std::move(options);
  impl->recipe.options = &impl->options;
  return std::make_unique<Trainer>(std::move(impl));
}

Result<Score> Trainer::step(const Dataset& batch) {
  WALLE_TRY(check(batch));
  return impl_->run(true, batch, range(0, batch.count()));
}

Result<Score> Trainer::epoch(const Dataset& data, const TrainProgress& progress) {
  WALLE_TRY(check(data));
  Dims rows = range(0, data.count());
  // Not std::shuffle, whose use of the generator differs between libraries.
  for (size_t i = rows.size(); i > 1; --i) std::swap(rows[i - 1], rows[impl_->generator() % i]);
  return impl_->run_all(true, data, rows, impl_->options.batch, progress);
}

Result<Score> Trainer::evaluate(const Dataset& data) {
  WALLE_TRY(check(data));
  const int64_t batch = std::max(impl_->options.batch, kLeastEvaluated);
  return impl_->run_all(false, data, range(0, data.count()), batch, {});
}

const std::vector<Parameter>& Trainer::parameters() const { return impl_->parameters; }

Status Trainer::restore(std::span<const Parameter> parameters) {
  const auto same = [](const Parameter& a, const Parameter& b) {
    return a.name == b.name && a.value.dtype() == b.value.dtype() && a.value.dims() == b.value.dims();
  };
  if (!std::equal(parameters.begin(), parameters.end(), impl_->parameters.begin(), impl_->parameters.end(), same))
    return walle::fail(ErrorCode::invalid_argument, "these are not this model's parameters");
  impl_->parameters.assign(parameters.begin(), parameters.end());
  return {};
}

Result<std::vector<uint8_t>> Trainer::save() const {
  graph::Graph graph = impl_->recipe.source->clone();
  for (size_t i = 0; i < impl_->parameters.size(); ++i)
    graph.value(impl_->recipe.parameters[i]).constant = impl_->parameters[i].value;
  return model::write_model(graph);
}

std::vector<std::string_view> losses() {
  std::vector<std::string_view> names;
  for (const train::LossDef* def : train::losses()) names.push_back(def->name);
  return names;
}

std::vector<std::string_view> optimizers() {
  std::vector<std::string_view> names;
  for (const train::OptimizerDef* def : train::optimizers()) names.push_back(def->name);
  return names;
}

}  // namespace walle::engine
