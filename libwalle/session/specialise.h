#pragma once

#include <functional>
#include <span>
#include <string>

#include <walle/engine/session.h>

#include "libwalle/passes/pass.h"
#include "libwalle/session/build_plan.h"

namespace walle::session {

/// Checks inputs against the graph's inputs: names, dtypes, ranks, fixed and equal symbolic dimensions. Returns them in
/// the graph's order. Errors: invalid_argument that names the input, what is expected and what is given.
[[nodiscard]] Result<std::vector<const engine::Tensor*>> match_inputs(const graph::Graph& graph,
                                                                      std::span<const engine::NamedTensor> inputs);

/// The same for inputs of all kinds, scalars as declared. An optional that is not given is absent.
[[nodiscard]] Result<std::vector<engine::AnyValue>> match_values(const graph::Graph& graph,
                                                                 std::span<const engine::NamedValue> inputs);

/// The tensors of `values`, which must outlive them; nothing if one of them is no tensor.
[[nodiscard]] std::optional<std::vector<const engine::Tensor*>> tensors_in(std::span<const engine::AnyValue> values);

/// For each input of a graph, if plans are made for its *value* as well as its shape: small integers that decide
/// branches (the sample rate of a model for two rates).
[[nodiscard]] std::vector<bool> deciding_inputs(const graph::Graph& graph);

/// What a plan is made for: text that is equal for equal shapes (and values, where `by_value`).
[[nodiscard]] std::string plan_key(std::span<const engine::Tensor* const> inputs, const std::vector<bool>& by_value);

/// Called after each pass, for `explain`.
using Dump = std::function<void(std::string_view pass, const graph::Graph& graph)>;

/// The tensor for an input, as a scalar where the input is one and the tensor an array of one element.
[[nodiscard]] Result<engine::Tensor> as_declared(const graph::Graph& graph, size_t input, const engine::Tensor& tensor);

/// Gives an input of a graph the tensor's dtype and shape (by_value: makes it a constant with a copy of its bytes).
/// Errors: resource_exhausted.
[[nodiscard]] Status bind_input(graph::Graph& graph, graph::ValueId id, const engine::Tensor& tensor, bool by_value);

/// What the passes of a plan work with. `context` outlives it.
[[nodiscard]] passes::PassContext pass_context(const engine::SessionOptions& options, const PlanContext& context);

/// The plan of a graph whose inputs are bound. Errors: as specialise.
[[nodiscard]] Result<std::unique_ptr<Plan>> plan_graph(graph::Graph graph, passes::PassContext pass,
                                                       const PlanContext& context);

/// The plan of a graph for these inputs: shapes (and values, where `by_value`) become constants, the plan passes run,
/// the plan is built. Errors: those of the passes, naming the node.
[[nodiscard]] Result<std::unique_ptr<Plan>> specialise(const graph::Graph& graph,
                                                       std::span<const engine::Tensor* const> inputs,
                                                       const std::vector<bool>& by_value,
                                                       const engine::SessionOptions& options,
                                                       const PlanContext& context, const Dump& dump = {});

}  // namespace walle::session
