#include "libwalle/session/specialise.h"

#include <chrono>
#include <map>

#include "libwalle/session/environment.h"
#include "libwalle/session/model.h"

namespace walle::session {
namespace {

using engine::Tensor;
using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

constexpr int64_t kMostDeciding = 16;  // elements

std::string expected(const Graph& graph, const graph::Value& value) {
  std::string text(name_of(*value.dtype));
  if (!value.shape) return text + " of any shape";
  text += "[";
  for (size_t i = 0; i < value.shape->size(); ++i) {
    const graph::Dim& dim = (*value.shape)[i];
    if (i > 0) text += ",";
    if (dim.known())
      text += std::to_string(dim.value());
    else
      text += dim.terms().size() == 1 && dim.terms()[0].symbol < graph.symbols.size()
                  ? graph.symbols[dim.terms()[0].symbol]
                  : "?";
  }
  return text + "]";
}

Status match(const Graph& graph, const graph::Value& value, const Tensor& tensor,
             std::map<graph::Symbol, int64_t>& symbols) {
  const auto wrong = [&](const std::string& why) {
    return fail(ErrorCode::invalid_argument, "input '" + value.name + "': expected " + expected(graph, value) +
                                                 ", given " + engine::describe(tensor.dtype(), tensor.dims()) + why);
  };
  if (tensor.dtype() != *value.dtype) return wrong("");
  if (!value.shape) return {};
  if (value.shape->empty() && tensor.count() == 1) return {};  // an array of one element, as ONNX Runtime takes it
  if (value.shape->size() != tensor.dims().size()) return wrong("");
  for (size_t i = 0; i < value.shape->size(); ++i) {
    const graph::Dim& dim = (*value.shape)[i];
    const int64_t given = tensor.dims()[i];
    if (dim.known()) {
      if (dim.value() != given) return wrong("");
      continue;
    }
    if (dim.terms().size() != 1 || dim.constant() != 0 || dim.terms()[0].coefficient != 1) continue;
    const auto [it, added] = symbols.emplace(dim.terms()[0].symbol, given);
    if (!added && it->second != given)
      return wrong(": dimension '" + graph.symbols[it->first] + "' is " + std::to_string(it->second) +
                   " in another input");
  }
  return {};
}

bool is_small_integer(const graph::Value& value) {
  if (!value.dtype || is_float(*value.dtype) || !value.shape || value.shape->size() > 1) return false;
  return value.shape->empty() || ((*value.shape)[0].known() && (*value.shape)[0].value() <= kMostDeciding);
}

/// Marks everything that the values marked so far are computed from.
void mark_sources(const Graph& graph, std::vector<bool>& marked) {
  for (size_t n = graph.nodes.size(); n-- > 0;) {
    const Node& node = graph.nodes[n];
    bool needed = false;
    for (const ValueId id : node.results) needed = needed || (id != kNoValue && marked[static_cast<size_t>(id)]);
    if (!needed || node.op->name == "Shape") continue;
    for (const ValueId id : node.operands) {
      if (id != kNoValue) marked[static_cast<size_t>(id)] = true;
    }
  }
}

}  // namespace

Result<std::vector<const Tensor*>> match_inputs(const Graph& graph, std::span<const engine::NamedTensor> inputs) {
  std::vector<const Tensor*> ordered;
  std::map<graph::Symbol, int64_t> symbols;
  for (const ValueId id : graph.inputs) {
    const graph::Value& value = graph.value(id);
    const Tensor* found = nullptr;
    for (const engine::NamedTensor& input : inputs) {
      if (input.name == value.name) found = &input.tensor;
    }
    if (found == nullptr || !found->defined())
      return fail(ErrorCode::invalid_argument,
                  "input '" + value.name + "' is missing; expected " + expected(graph, value));
    WALLE_TRY(match(graph, value, *found, symbols));
    ordered.push_back(found);
  }
  if (inputs.size() == ordered.size()) return ordered;
  for (const engine::NamedTensor& input : inputs) {
    bool known = false;
    for (const ValueId id : graph.inputs) known = known || graph.value(id).name == input.name;
    if (!known) return fail(ErrorCode::invalid_argument, "the model has no input '" + input.name + "'");
  }
  return fail(ErrorCode::invalid_argument, "an input is given twice");
}

std::vector<bool> deciding_inputs(const Graph& graph) {
  std::vector<bool> marked(graph.values.size(), false);
  for (const Node& node : graph.nodes) {
    if (node.op->name == "If" && !node.operands.empty() && node.operands[0] != kNoValue)
      marked[static_cast<size_t>(node.operands[0])] = true;
  }
  mark_sources(graph, marked);
  std::vector<bool> deciding;
  for (const ValueId id : graph.inputs)
    deciding.push_back(marked[static_cast<size_t>(id)] && is_small_integer(graph.value(id)));
  return deciding;
}

std::string plan_key(std::span<const Tensor* const> inputs, const std::vector<bool>& by_value) {
  std::string key;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Tensor& tensor = *inputs[i];
    const size_t rank = tensor.dims().size();
    key.append(reinterpret_cast<const char*>(&rank), sizeof rank);
    for (const int64_t d : tensor.dims()) key.append(reinterpret_cast<const char*>(&d), sizeof d);
    if (by_value[i]) key.append(static_cast<const char*>(tensor.data()), static_cast<size_t>(tensor.bytes()));
  }
  return key;
}

Result<std::unique_ptr<Plan>> specialise(const Graph& graph, std::span<const Tensor* const> inputs,
                                         const std::vector<bool>& by_value, const engine::SessionOptions& options,
                                         const PlanContext& context, const Dump& dump) {
  const auto start = std::chrono::steady_clock::now();
  Graph copy = graph.clone();
  for (size_t i = 0; i < inputs.size(); ++i) {
    graph::Value& value = copy.value(copy.inputs[i]);
    if (!value.shape || !value.shape->empty()) value.shape = graph::to_shape(inputs[i]->dims());
    if (!by_value[i]) continue;
    Graph scratch;  // add_constant knows how known elements are read from a tensor
    Tensor bound = WALLE_TRY(Tensor::empty(inputs[i]->dtype(), *graph::concrete(*value.shape)));
    std::copy_n(static_cast<const uint8_t*>(inputs[i]->data()), inputs[i]->bytes(),
                static_cast<uint8_t*>(bound.mutable_data()));
    value.known = scratch.value(scratch.add_constant("", bound)).known;
    value.constant = std::move(bound);
  }
  passes::PassContext pass;
  pass.ops = &operators();
  pass.reference = environment().reference();
  pass.cost_us = [&context](const Problem& problem) {
    const auto choice = context.search->choose(problem);
    return choice ? (*choice)->winner.cost_us : -1;
  };
  pass.precision = options.precision;
  pass.threads = options.threads;
  pass.fuse = options.fuse;
  pass.merge_rasters = options.merge_rasters;
  pass.folded = &context.shared->folded;
  pass.dump = dump;
  WALLE_TRY(passes::run(passes::plan_passes(), copy, pass));
  auto plan = WALLE_TRY(build_plan(std::move(copy), context));
  plan->rasters.insert(plan->rasters.begin(), pass.rasters.begin(), pass.rasters.end());
  plan->made_us = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
  return plan;
}

}  // namespace walle::session
