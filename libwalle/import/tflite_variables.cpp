#include <algorithm>

#include "libwalle/import/limits.h"
#include "libwalle/import/tflite_graph.h"
#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/constants.h"

// Variables of a resource: what a run begins with is an input, what it leaves is an output; so the model has no memory
// of its own, as with the states of LSTM.
namespace walle::import {
namespace {

/// "zeros", "-128 everywhere", or what there is to be said of other values.
std::string in_words(const engine::Tensor& tensor) {
  for (int64_t i = 1; i < tensor.count(); ++i) {
    if (ops::rules::element(tensor, i) != ops::rules::element(tensor, 0)) return "values of the file that differ";
  }
  const double first = tensor.count() == 0 ? 0 : ops::rules::element(tensor, 0);
  if (first == 0) return "zeros";
  std::string number = std::to_string(first);
  if (is_integer(tensor.dtype())) number = std::to_string(static_cast<int64_t>(first));
  return number + " everywhere";
}

}  // namespace

Result<std::string> TfliteGraph::variable_of(size_t handle) const {
  if (!handles_[handle].empty()) return handles_[handle];
  return fail(ErrorCode::invalid_argument, "tensor '" + info_of(handle).name + "' is no handle of a variable");
}

Status TfliteGraph::name_variable(size_t handle, const std::string& name) {
  handles_[handle] = name.empty() ? info_of(handle).name : name.substr(0, tflite::kMaxName);
  return {};
}

Result<graph::ValueId> TfliteGraph::read_variable(size_t handle, const tflite::TensorInfo& like) {
  const std::string name = WALLE_TRY(variable_of(handle));
  Variable& variable = variables_[name];
  if (variable.now != graph::kNoValue) return variable.now;
  if (depth_ > 0) return fail(ErrorCode::unsupported, "the variable '" + name + "' is read inside of a WHILE or IF");
  variable.read = true;
  variable.now = WALLE_TRY(add_input(like, name));
  return variable.now;
}

Status TfliteGraph::assign_variable(size_t handle, graph::ValueId next) {
  Variable& variable = variables_[WALLE_TRY(variable_of(handle))];
  variable.now = next;
  variable.assigned = true;
  return {};
}

Status TfliteGraph::initialise(int64_t index) {
  if (index < 0 || static_cast<size_t>(index) >= model_.tensors.size())
    return fail(ErrorCode::invalid_argument, "subgraph " + std::to_string(index) + " does not exist");
  if (depth_ >= kMaxDepth)
    return fail(ErrorCode::resource_exhausted, "subgraphs are nested deeper than " + std::to_string(kMaxDepth));
  graph::Graph aside;
  TfliteGraph once(model_, aside, static_cast<size_t>(index), depth_ + 1, "");
  WALLE_TRY(once.run({}));
  for (const auto& [name, variable] : once.variables_) {
    const auto& constant = aside.value(variable.now).constant;
    begins_[name] = constant ? in_words(*constant) : "what the file computes once";
  }
  return {};
}

Status TfliteGraph::finish_variables() {
  for (const auto& [name, variable] : variables_) {
    if (variable.read && begins_.contains(name)) graph_.metadata["begins/" + name] = begins_[name];
    if (!variable.assigned) continue;
    graph::GraphBuilder builder(graph_, model_.operators, name);
    const graph::ValueId next = WALLE_TRY(builder.one("Identity", {variable.now}));
    graph_.value(next).name = name + "/next";
    graph_.outputs.push_back(next);
  }
  return {};
}

}  // namespace walle::import
