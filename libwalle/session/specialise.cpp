#include "libwalle/session/specialise.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "libwalle/session/environment.h"
#include "libwalle/session/model.h"

namespace walle::session {
namespace {

using engine::AnyValue;
using engine::Tensor;
using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

constexpr int64_t kMostDeciding = 16;  // elements

std::string expected(const Graph& graph, const graph::Value& value) {
  std::string text(name_of(*value.dtype));
  if (value.kind != graph::ValueKind::tensor) return std::string(engine::name_of(value.kind)) + " of " + text;
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
  if (tensor.dtype() != *value.dtype || value.kind == graph::ValueKind::sequence) return wrong("");
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

tl::unexpected<Error> missing(const Graph& graph, const graph::Value& value) {
  return fail(ErrorCode::invalid_argument, "input '" + value.name + "' is missing; expected " + expected(graph, value));
}

/// There are more inputs than the graph has: which one is it?
template <class Named>
Error superfluous(const Graph& graph, std::span<const Named> inputs) {
  for (const Named& input : inputs) {
    bool known = false;
    for (const ValueId id : graph.inputs) known = known || graph.value(id).name == input.name;
    if (!known) return {ErrorCode::invalid_argument, "the model has no input '" + input.name + "'"};
  }
  return {ErrorCode::invalid_argument, "an input is given twice"};
}

/// Checks that a value is of the kind and the dtype that an input is declared to be.
Status match_kind(const Graph& graph, const graph::Value& value, const AnyValue& given) {
  using Kind = graph::ValueKind;
  const bool optional = value.kind == Kind::optional || value.kind == Kind::optional_sequence;
  if (given.absent() && !optional) return missing(graph, value);
  if (given.absent()) return {};
  const bool sequence = value.kind == Kind::sequence || value.kind == Kind::optional_sequence;
  if (given.is_sequence() == sequence && given.dtype() == *value.dtype) return {};
  return fail(ErrorCode::invalid_argument,
              "input '" + value.name + "': expected " + expected(graph, value) + ", given " + engine::describe(given));
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
    if (found == nullptr || !found->defined()) return missing(graph, value);
    WALLE_TRY(match(graph, value, *found, symbols));
    ordered.push_back(found);
  }
  if (inputs.size() != ordered.size()) return fail(superfluous(graph, inputs));
  return ordered;
}

Result<std::vector<AnyValue>> match_values(const Graph& graph, std::span<const engine::NamedValue> inputs) {
  std::vector<AnyValue> ordered;
  std::map<graph::Symbol, int64_t> symbols;
  size_t used = 0;
  for (const ValueId id : graph.inputs) {
    const graph::Value& value = graph.value(id);
    const auto found =
        std::find_if(inputs.begin(), inputs.end(), [&](const auto& input) { return input.name == value.name; });
    if (found != inputs.end()) ++used;
    const AnyValue given = found == inputs.end() ? AnyValue() : found->value;
    WALLE_TRY(match_kind(graph, value, given));
    if (value.kind == graph::ValueKind::tensor) WALLE_TRY(match(graph, value, given.tensor(), symbols));
    ordered.push_back(given.is_tensor() ? AnyValue(WALLE_TRY(as_declared(graph, ordered.size(), given.tensor())))
                                        : given);
  }
  if (used != inputs.size()) return fail(superfluous(graph, inputs));
  return ordered;
}

std::optional<std::vector<const Tensor*>> tensors_in(std::span<const AnyValue> values) {
  std::vector<const Tensor*> tensors;
  for (const AnyValue& value : values) {
    if (!value.is_tensor()) return std::nullopt;
    tensors.push_back(&value.tensor());
  }
  return tensors;
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

Result<Tensor> as_declared(const Graph& graph, size_t input, const Tensor& tensor) {
  const auto& shape = graph.value(graph.inputs[input]).shape;
  if (!shape || !shape->empty() || tensor.dims().empty()) return tensor;
  return tensor.reshaped({});
}

Status bind_input(Graph& graph, ValueId id, const Tensor& tensor, bool by_value) {
  graph::Value& value = graph.value(id);
  if (value.constant) return {};  // captured by a block: a constant of the stage that runs it
  value.kind = graph::ValueKind::tensor;
  value.dtype = tensor.dtype();
  const bool scalar = value.shape && value.shape->empty();  // an array of one element serves
  if (!scalar) value.shape = graph::to_shape(tensor.dims());
  value.known.reset();
  if (!by_value) return {};
  Graph scratch;  // add_constant knows how known elements are read from a tensor
  Tensor bound = WALLE_TRY(Tensor::empty(tensor.dtype(), scalar ? std::vector<int64_t>{} : tensor.dims()));
  std::copy_n(static_cast<const uint8_t*>(tensor.data()), tensor.bytes(), static_cast<uint8_t*>(bound.mutable_data()));
  value.known = scratch.value(scratch.add_constant("", bound)).known;
  value.constant = std::move(bound);
  return {};
}

passes::PassContext pass_context(const engine::SessionOptions& options, const PlanContext& context) {
  passes::PassContext pass;
  pass.ops = &operators();
  pass.reference = environment().reference();
  pass.cost_us = [&context](const Problem& problem) {
    const auto choice = context.search->choose(problem);
    return choice ? (*choice)->predicted_us : -1;
  };
  pass.precision = options.precision;
  pass.threads = options.threads;
  pass.fuse = options.fuse;
  pass.merge_rasters = options.merge_rasters;
  pass.folded = &context.shared->folded;
  return pass;
}

Result<std::unique_ptr<Plan>> plan_graph(Graph graph, passes::PassContext pass, const PlanContext& context) {
  const auto start = std::chrono::steady_clock::now();
  WALLE_TRY(passes::run(passes::plan_passes(), graph, pass));
  auto plan = WALLE_TRY(build_plan(std::move(graph), context));
  plan->rasters.insert(plan->rasters.begin(), pass.rasters.begin(), pass.rasters.end());
  plan->made_us = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
  return plan;
}

Result<std::unique_ptr<Plan>> specialise(const Graph& graph, std::span<const Tensor* const> inputs,
                                         const std::vector<bool>& by_value, const engine::SessionOptions& options,
                                         const PlanContext& context, const Dump& dump) {
  Graph copy = graph.clone();
  for (size_t i = 0; i < inputs.size(); ++i) WALLE_TRY(bind_input(copy, copy.inputs[i], *inputs[i], by_value[i]));
  passes::PassContext pass = pass_context(options, context);
  pass.dump = dump;
  return plan_graph(std::move(copy), std::move(pass), context);
}

}  // namespace walle::session
