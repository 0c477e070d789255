#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <iterator>

#include <walle/engine/session.h>

#include "libwalle/session/model.h"
#include "tests/conformance/onnx/bound.h"

namespace walle::conformance {
namespace {

using engine::NamedValue;
using engine::Tensor;
using graph::Graph;
using graph::ValueId;

// Every operand of every case given another shape or type than the others expect: what comes out is an error or a
// result of the same shape on each backend, and (with a sanitizer) nothing beside the operands is read or written.

/// The data again and again, in another shape. Empty: there is none to repeat, or it is packed.
std::optional<Tensor> reshaped(const Tensor& tensor, const std::vector<int64_t>& dims) {
  if (tensor.count() == 0 || bits_of(tensor.dtype()) < 8) return std::nullopt;
  auto made = Tensor::empty(tensor.dtype(), dims);
  if (!made || made->count() > 1 << 20) return std::nullopt;
  const auto step = static_cast<size_t>(tensor.bytes() / tensor.count());
  for (int64_t i = 0; i < made->count(); ++i) {
    std::memcpy(static_cast<uint8_t*>(made->mutable_data()) + static_cast<size_t>(i) * step,
                static_cast<const uint8_t*>(tensor.data()) + static_cast<size_t>(i % tensor.count()) * step, step);
  }
  return *std::move(made);
}

/// Shapes that are nearly `dims`: one axis other, missing, or more.
std::vector<std::vector<int64_t>> near(const std::vector<int64_t>& dims) {
  std::vector<std::vector<int64_t>> all;
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    for (const int64_t dim : {dims[axis] + 1, dims[axis] - 1, int64_t{1}, int64_t{0}}) {
      if (dim == dims[axis] || dim < 0) continue;
      all.push_back(dims);
      all.back()[axis] = dim;
    }
    all.push_back(dims);
    all.back().erase(all.back().begin() + static_cast<std::ptrdiff_t>(axis));
  }
  all.push_back(dims);
  all.back().insert(all.back().begin(), 2);
  return all;
}

using Shapes = std::vector<std::vector<int64_t>>;

/// The shapes of the results on a backend; nullopt: an error.
std::optional<Shapes> run(const std::shared_ptr<const engine::Model>& model, const std::vector<NamedValue>& inputs,
                          const char* backend) {
  const auto session = engine::Session::create(model, {.backend = backend, .max_value_bytes = 64 << 20});
  if (!session) return std::nullopt;
  const auto outputs = (*session)->run_values(inputs);
  if (!outputs) return std::nullopt;
  Shapes shapes;
  for (const engine::AnyValue& output : *outputs)
    if (output.is_tensor()) shapes.push_back(output.tensor().dims());
  return shapes;
}

struct Counts {
  int64_t graphs = 0, refused = 0;
};

void run_everywhere(Graph graph, const std::vector<NamedValue>& inputs, Counts& counts) {
  ++counts.graphs;
  const auto model = session::model_from_graph(std::move(graph));
  const auto plain = model ? run(*model, inputs, "ref") : std::nullopt;
  const auto fast = model ? run(*model, inputs, "cpu") : std::nullopt;
  counts.refused += plain ? 0 : 1;
  ASSERT_EQ(plain.has_value(), fast.has_value()) << "(ref first)";
  if (plain) {
    EXPECT_EQ(*plain, *fast);
  }
}

/// Each value that has data, with the data.
std::vector<std::pair<ValueId, Tensor>> operands_of(const Graph& graph, const std::vector<NamedValue>& inputs) {
  std::vector<std::pair<ValueId, Tensor>> all;
  for (size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i].value.is_tensor()) all.emplace_back(graph.inputs[i], inputs[i].value.tensor());
  for (size_t v = 0; v < graph.values.size(); ++v) {
    const auto& constant = graph.values[v].constant;
    if (constant && constant->count() <= 4096) all.emplace_back(static_cast<ValueId>(v), *constant);
  }
  return all;
}

/// The data of the graph's inputs; empty if some are missing.
std::vector<NamedValue> inputs_of(const BoundCase& one) {
  std::vector<NamedValue> inputs;
  for (const ValueId id : one.graph.inputs) {
    const auto& all = one.source.inputs;
    const auto at = std::find(all.begin(), all.end(), id) - all.begin();
    if (at >= std::ssize(one.data.inputs)) return {};
    inputs.push_back({one.graph.value(id).name, one.data.inputs[static_cast<size_t>(at)]});
  }
  return inputs;
}

/// The graph with all inputs but the first as constants: kernels pack those ahead.
Graph with_constants(const Graph& source, const std::vector<NamedValue>& inputs) {
  Graph graph = source.clone();
  for (size_t i = inputs.size(); i-- > 1;) {
    if (!inputs[i].value.is_tensor()) continue;
    set_constant(graph, graph.inputs[i], inputs[i].value.tensor());
    graph.inputs.erase(graph.inputs.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return graph;
}

/// What may stand in an operand's place.
using Others = std::function<std::vector<Tensor>(const Tensor&)>;

std::vector<Tensor> of_other_shapes(const Tensor& tensor) {
  std::vector<Tensor> all;
  for (const auto& dims : near(tensor.dims()))
    if (auto changed = reshaped(tensor, dims)) all.push_back(*std::move(changed));
  return all;
}

std::vector<Tensor> of_other_types(const Tensor& tensor) {
  std::vector<Tensor> all;
  for (const DType dtype : {DType::f32, DType::f64, DType::i8, DType::i64, DType::boolean}) {
    auto zeros = Tensor::zeros(dtype, tensor.dims());
    if (zeros && dtype != tensor.dtype()) all.push_back(*std::move(zeros));
  }
  return all;
}

void try_all(const std::string& name, const Graph& base, const std::vector<NamedValue>& inputs, const Others& others,
             Counts& counts) {
  for (const auto& [id, tensor] : operands_of(base, inputs)) {
    for (const Tensor& changed : others(tensor)) {
      SCOPED_TRACE(name + ": " + base.value(id).name + " as " + engine::describe(changed.dtype(), changed.dims()));
      Graph graph = base.clone();
      std::vector<NamedValue> given = inputs;
      graph.value(id).dtype = changed.dtype();
      const auto at = std::find(graph.inputs.begin(), graph.inputs.end(), id) - graph.inputs.begin();
      if (at < std::ssize(given)) {
        graph.value(id).shape = graph::to_shape(changed.dims());
        given[static_cast<size_t>(at)].value = engine::AnyValue(changed);
      } else {
        set_constant(graph, id, changed);
      }
      run_everywhere(std::move(graph), given, counts);
    }
  }
}

void try_all(const Others& others, Counts& counts) {
  constexpr size_t kMostNodes = 8;  // more say nothing new
  each_bound([&](const BoundCase& one) {
    if (one.graph.nodes.size() > kMostNodes) return;
    const auto inputs = inputs_of(one);
    try_all(one.name, one.graph, inputs, others, counts);
    if (inputs.size() < 2) return;
    const Graph fixed = with_constants(one.graph, inputs);
    std::vector<NamedValue> left;
    std::copy_if(inputs.begin(), inputs.end(), std::back_inserter(left),
                 [&](const NamedValue& input) { return &input == &inputs[0] || !input.value.is_tensor(); });
    try_all(one.name + " with constants", fixed, left, others, counts);
  });
}

TEST(Misfits, OfOtherShapesAreRefusedOrGiveTheSameShapesOnEveryBackend) {
  Counts counts;
  try_all(of_other_shapes, counts);
  EXPECT_GE(counts.graphs, 1'000);  // Debian's cases alone, where the newest are not at hand
  EXPECT_GT(counts.refused, counts.graphs / 10);
}

TEST(Misfits, OfOtherTypesAreRefusedOrGiveTheSameShapesOnEveryBackend) {
  Counts counts;
  try_all(of_other_types, counts);
  EXPECT_GE(counts.graphs, 1'000);
  EXPECT_GT(counts.refused, counts.graphs / 10);
}

}  // namespace
}  // namespace walle::conformance
