#include <cmath>
#include <cstring>
#include <optional>

#include <walle/engine/session.h>

#include "libwalle/base/file.h"
#include "libwalle/import/onnx.h"
#include "libwalle/ops/rules/constants.h"
#include "libwalle/session/model.h"
#include "tests/conformance/onnx/cases.h"

namespace walle::conformance {
namespace {

constexpr double kRelative = 1e-3;
constexpr double kAbsolute = 1e-7;

bool close(double got, double want) {
  if (std::isnan(want)) return std::isnan(got);
  if (std::isinf(want) || std::isinf(got)) return got == want;
  return std::fabs(got - want) <= kAbsolute + kRelative * std::fabs(want);
}

Status compare(const engine::Tensor& got, const engine::Tensor& want, const std::string& name) {
  if (got.dtype() != want.dtype() || got.dims() != want.dims()) {
    return fail(ErrorCode::internal, name + " is " + engine::describe(got.dtype(), got.dims()) + ", should be " +
                                         engine::describe(want.dtype(), want.dims()));
  }
  for (int64_t i = 0; i < want.count(); ++i) {
    const double have = ops::rules::element(got, i);
    const double right = ops::rules::element(want, i);
    if (close(have, right)) continue;
    return fail(ErrorCode::internal, name + "[" + std::to_string(i) + "] is " + std::to_string(have) + ", should be " +
                                         std::to_string(right));
  }
  return {};
}

/// ONNX 1.12 wrote the expected bfloat16 data as 16-bit integers.
engine::Tensor as_bfloat16(const engine::Tensor& tensor, std::optional<DType> dtype) {
  if (dtype != DType::bf16 || tensor.dtype() != DType::u16) return tensor;
  engine::Tensor copy = *engine::Tensor::empty(DType::bf16, tensor.dims());
  std::memcpy(copy.mutable_data(), tensor.data(), static_cast<size_t>(tensor.bytes()));
  return copy;
}

/// True for an operand such as Reshape's shape or Resize's scales: few numbers in a row.
bool decides_shapes(const engine::Tensor& tensor) { return tensor.dims().size() <= 1 && tensor.count() <= 64; }

/// Turns inputs that decide shapes into constants of the graph.
graph::Graph bind(const graph::Graph& graph, const Data& data) {
  graph::Graph bound = graph.clone();
  bound.inputs.clear();
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    const graph::ValueId id = graph.inputs[i];
    if (i >= data.inputs.size() || !decides_shapes(data.inputs[i])) {
      bound.inputs.push_back(id);
      continue;
    }
    graph::Graph scratch;
    const graph::Value& made = scratch.value(scratch.add_constant(graph.value(id).name, data.inputs[i]));
    bound.value(id) = made;
  }
  return bound;
}

Status run_graph(graph::Graph graph, const Data& data, const graph::Graph& original, const std::string& backend) {
  std::vector<engine::NamedTensor> inputs;
  for (const graph::ValueId id : graph.inputs) {
    for (size_t i = 0; i < original.inputs.size() && i < data.inputs.size(); ++i) {
      if (original.inputs[i] == id)
        inputs.push_back({original.value(id).name, as_bfloat16(data.inputs[i], original.value(id).dtype)});
    }
  }
  const auto model = WALLE_TRY(session::model_from_graph(std::move(graph)));
  const auto session = WALLE_TRY(engine::Session::create(model, {.backend = backend}));
  const auto outputs = WALLE_TRY(session->run(inputs));
  if (outputs.size() < data.outputs.size()) return fail(ErrorCode::internal, "there are too few outputs");
  for (size_t i = 0; i < data.outputs.size(); ++i) {
    WALLE_TRY(compare(outputs[i], as_bfloat16(data.outputs[i], outputs[i].dtype()), "output " + std::to_string(i)));
  }
  return {};
}

}  // namespace

Status run_case(const Case& one, const std::string& backend) {
  const auto bytes = WALLE_TRY(read_file(one.folder + "/model.onnx", 256U << 20));
  const graph::Graph graph = WALLE_TRY(import::load_onnx(bytes, one.folder));
  const auto sets = WALLE_TRY(data_of(one));
  if (sets.empty()) return fail(ErrorCode::not_found, "the case has no data");
  for (const Data& data : sets) {
    if (data.outputs.empty()) return fail(ErrorCode::not_found, "the case has no outputs");
    const Status first = run_graph(graph.clone(), data, graph, backend);
    if (first) continue;
    if (first.error().code != ErrorCode::unsupported) return first;
    WALLE_TRY(run_graph(bind(graph, data), data, graph, backend));
  }
  return {};
}

}  // namespace walle::conformance
