#include "libwalle/train/step_graph.h"

#include <algorithm>

#include "libwalle/autodiff/autodiff.h"
#include "libwalle/passes/pass.h"
#include "libwalle/session/environment.h"
#include "libwalle/session/model.h"

namespace walle::train {
namespace {

using autodiff::Expression;
using autodiff::Formula;
using graph::Graph;
using graph::kNoValue;
using graph::ValueId;
using Ints = std::vector<int64_t>;

Status lower(Graph& graph) {
  passes::PassContext context;
  context.ops = &session::operators();
  context.reference = session::environment().reference();
  return passes::run(passes::lowering_passes(), graph, context);
}

/// The axis is what the model says, or free.
Status bind_input(Graph& graph, ValueId input, const Ints& dims) {
  graph::Value& value = graph.value(input);
  bool fits = !value.shape || value.shape->size() == dims.size();
  for (size_t d = 0; fits && value.shape && d < dims.size(); ++d) {
    const graph::Dim& dim = (*value.shape)[d];
    if (!dim.known() || dim.value() == dims[d]) continue;
    fits = false;
    if (d == 0)
      return fail(ErrorCode::invalid_argument, "input '" + value.name + "' takes batches of exactly " +
                                                   std::to_string(dim.value()) + ", not " + std::to_string(dims[d]) +
                                                   "; export the model with a free first dimension");
  }
  if (!fits)
    return fail(ErrorCode::invalid_argument,
                "input '" + value.name + "' does not take " + engine::describe(value.dtype.value_or(DType::f32), dims));
  value.shape = graph::to_shape(dims);
  return {};
}

class StepBuilder {
 public:
  StepBuilder(const Recipe& recipe, const std::vector<Ints>& input_dims)
      : recipe_(recipe), input_dims_(input_dims), graph_(recipe.source->clone()) {}

  Result<Graph> evaluation() {
    WALLE_TRY(forward());
    return std::move(graph_);
  }

  Result<Graph> step() {
    WALLE_TRY(forward());
    const auto gradients =
        WALLE_TRY(autodiff::gradients(graph_, session::operators(), graph_.outputs[0], recipe_.parameters));
    if (std::all_of(gradients.begin(), gradients.end(), [](ValueId id) { return id == kNoValue; }))
      return fail(ErrorCode::invalid_argument, "the model's first output depends on none of the parameters");
    graph::GraphBuilder builder(graph_, session::operators(), "update");
    Formula formula(builder);
    const DType dtype = *graph_.value(graph_.outputs[0]).dtype;
    for (const ValueId parameter : recipe_.parameters) {
      for (size_t s = 0; s < recipe_.optimizer->state; ++s) add_state(parameter, s);
    }
    rate_ = add_input(std::string(kRate), dtype, {});
    step_ = add_input(std::string(kStep), dtype, {});
    for (size_t p = 0; p < gradients.size(); ++p) WALLE_TRY(update(formula, p, gradients[p]));
    return std::move(graph_);
  }

 private:
  ValueId add_input(std::string name, DType dtype, graph::Shape shape) {
    graph_.inputs.push_back(graph_.add_value({.name = std::move(name), .dtype = dtype, .shape = std::move(shape)}));
    return graph_.inputs.back();
  }

  void add_state(ValueId parameter, size_t index) {
    const graph::Value value = graph_.value(parameter);
    state_.push_back(add_input(state_name(index, value.name), *value.dtype, *value.shape));
  }

  /// Parameters as inputs, everything in core form, the loss in front of the model's first output.
  Status forward() {
    if (graph_.outputs.empty() || graph_.inputs.size() != input_dims_.size())
      return fail(ErrorCode::invalid_argument, "a model to train has inputs and an output");
    for (size_t i = 0; i < input_dims_.size(); ++i) WALLE_TRY(bind_input(graph_, graph_.inputs[i], input_dims_[i]));
    const size_t own = graph_.inputs.size();
    for (const ValueId parameter : recipe_.parameters) {
      graph_.value(parameter).constant.reset();
      graph_.inputs.push_back(parameter);
    }
    graph_.outputs.resize(1);
    WALLE_TRY(lower(graph_));
    const ValueId output = logits(graph_.outputs[0]);
    const auto dims = graph_.value(output).shape ? graph::concrete(*graph_.value(output).shape) : std::nullopt;
    if (!dims || dims->empty())
      return fail(ErrorCode::unsupported, "the model's first output has no known shape with a batch axis");
    const ValueId labels =
        add_input(std::string(kLabels), recipe_.loss->labels, graph::to_shape(recipe_.loss->label_dims(*dims)));
    std::rotate(graph_.inputs.begin() + static_cast<std::ptrdiff_t>(own), graph_.inputs.end() - 1, graph_.inputs.end());
    graph::GraphBuilder builder(graph_, session::operators(), "loss");
    Formula formula(builder);
    const auto loss = formula.result(recipe_.loss->build(formula.of(output), formula.of(labels)));
    if (!loss) return fail(loss.error().with("the loss '" + std::string(recipe_.loss->name) + "'"));
    graph_.outputs = {*loss, output};
    return lower(graph_);
  }

  /// A classifier that ends in a softmax is trained on what goes into it: the loss has the softmax already.
  [[nodiscard]] ValueId logits(ValueId output) const {
    if (!recipe_.loss->classes) return output;
    for (const graph::Node& node : graph_.nodes) {
      if (node.results.empty() || node.results[0] != output || !node.core) continue;
      const auto* softmax = std::get_if<SoftmaxAttributes>(&node.core->attributes);
      if (softmax != nullptr && !softmax->log) return node.operands[0];
    }
    return output;
  }

  Status update(Formula& formula, size_t index, ValueId gradient) {
    const ValueId weight = recipe_.parameters[index];
    const size_t count = recipe_.optimizer->state;
    std::vector<Expression> state;
    for (size_t s = 0; s < count; ++s) state.push_back(formula.of(state_[index * count + s]));
    if (gradient == kNoValue) {  // the output does not depend on it: it stays as it is
      state.insert(state.begin(), formula.of(weight));
      for (const Expression& same : state)
        graph_.outputs.push_back(WALLE_TRY(formula.result(formula.op("Identity", {same}))));
      return {};
    }
    const Update update{formula.of(weight), formula.of(gradient), state,
                        formula.of(rate_),  formula.of(step_),    recipe_.options};
    const Updated made = recipe_.optimizer->update(update);
    graph_.outputs.push_back(WALLE_TRY(formula.result(made.weight)));
    for (const Expression& next : made.state) graph_.outputs.push_back(WALLE_TRY(formula.result(next)));
    return {};
  }

  const Recipe& recipe_;
  const std::vector<Ints>& input_dims_;
  Graph graph_;
  std::vector<ValueId> state_;
  ValueId rate_ = kNoValue;
  ValueId step_ = kNoValue;
};

}  // namespace

std::string state_name(size_t index, const std::string& parameter) {
  return "walle.train/state/" + std::to_string(index) + "/" + parameter;
}

Result<Graph> evaluation_graph(const Recipe& recipe, const std::vector<Ints>& input_dims) {
  return StepBuilder(recipe, input_dims).evaluation();
}

Result<Graph> step_graph(const Recipe& recipe, const std::vector<Ints>& input_dims) {
  return StepBuilder(recipe, input_dims).step();
}

}  // namespace walle::train
