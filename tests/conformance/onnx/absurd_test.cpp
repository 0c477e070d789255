#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <limits>
#include <set>
#include <variant>

#include <walle/engine/session.h>

#include "libwalle/base/value.h"
#include "libwalle/session/model.h"
#include "tests/conformance/onnx/bound.h"
#include "tests/conformance/onnx/cases.h"

namespace walle::conformance {
namespace {

using graph::Graph;

constexpr int64_t kMostMegabytes = 1000;  // that planning may take

// Every integer of every case (dims of inputs, elements of small constants, attributes), one after the other, replaced
// by a number that nobody means: a plan or an error comes out, and neither takes time or memory in proportion.

/// "VmRSS" or "VmHWM" of this process, in MB.
int64_t memory_mb(const std::string& what) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(what + ":", 0) == 0) return std::stoll(line.substr(what.size() + 1)) / 1024;
  }
  return -1;
}

void forget_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

/// One number of a graph replaced by an absurd one.
struct Absurd {
  std::string what;
  std::function<void(Graph&)> apply;
};

int32_t saturated(int64_t number) {
  using Limits = std::numeric_limits<int32_t>;
  return static_cast<int32_t>(std::clamp<int64_t>(number, Limits::min(), Limits::max()));
}

void set_element(Graph& graph, graph::ValueId id, size_t element, int64_t number) {
  const engine::Tensor& old = *graph.value(id).constant;
  engine::Tensor copy = *engine::Tensor::empty(old.dtype(), old.dims());
  std::copy_n(static_cast<const uint8_t*>(old.data()), copy.bytes(), static_cast<uint8_t*>(copy.mutable_data()));
  if (copy.dtype() == DType::i64) copy.mutable_values<int64_t>()[element] = number;
  if (copy.dtype() == DType::i32) copy.mutable_values<int32_t>()[element] = saturated(number);
  set_constant(graph, id, copy);
}

bool has_class_from(const Graph& graph, graph::OpClass least) {
  return std::any_of(graph.nodes.begin(), graph.nodes.end(),
                     [least](const graph::Node& node) { return node.op->op_class >= least; });
}

/// Each dim of the inputs, and all that are equal; importers refuse others. Not of what is carried out when it is
/// explained: there the input is what costs.
void change_dims(const Graph& graph, int64_t number, std::vector<Absurd>& all) {
  if (number < 0 || number > engine::kMaxElements || has_class_from(graph, graph::OpClass::control)) return;
  std::set<int64_t> lengths;
  for (const graph::ValueId id : graph.inputs) {
    const auto& shape = graph.value(id).shape;
    for (size_t axis = 0; shape && axis < shape->size(); ++axis) {
      all.push_back({"dim " + std::to_string(axis) + " of " + graph.value(id).name,
                     [=](Graph& g) { (*g.value(id).shape)[axis] = graph::Dim(number); }});
      if ((*shape)[axis].known()) lengths.insert((*shape)[axis].value());
    }
  }
  for (const int64_t length : lengths) {
    all.push_back({"every dim of " + std::to_string(length), [=](Graph& g) {
                     for (const graph::ValueId id : g.inputs) {
                       if (!g.value(id).shape) continue;
                       std::replace(g.value(id).shape->begin(), g.value(id).shape->end(), graph::Dim(length),
                                    graph::Dim(number));
                     }
                   }});
  }
}

/// Each element of a small constant. Not beside a loop, which may take as many turns as it likes.
void change_constants(const Graph& graph, int64_t number, std::vector<Absurd>& all) {
  if (has_class_from(graph, graph::OpClass::control)) return;
  for (size_t v = 0; v < graph.values.size(); ++v) {
    const auto id = static_cast<graph::ValueId>(v);
    const auto& constant = graph.value(id).constant;
    if (!constant || is_float(constant->dtype()) || constant->count() > 16) continue;
    for (int64_t i = 0; i < constant->count(); ++i)
      all.push_back({"element " + std::to_string(i) + " of " + graph.value(id).name,
                     [=](Graph& g) { set_element(g, id, static_cast<size_t>(i), number); }});
  }
}

void change_attributes(const Graph& graph, int64_t number, std::vector<Absurd>& all) {
  using Ints = std::vector<int64_t>;
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    for (const auto& [name, attribute] : graph.nodes[n].attributes) {
      const std::string what = "attribute " + name;
      if (std::holds_alternative<int64_t>(attribute))
        all.push_back({what, [=, key = name](Graph& g) { g.nodes[n].attributes[key] = number; }});
      const auto* list = std::get_if<Ints>(&attribute);
      for (size_t i = 0; list != nullptr && i < std::min<size_t>(list->size(), 8); ++i)
        all.push_back({what + "[" + std::to_string(i) + "]",
                       [=, key = name](Graph& g) { std::get<Ints>(g.nodes[n].attributes[key])[i] = number; }});
    }
  }
}

std::vector<Absurd> changes(const Graph& graph, int64_t number) {
  std::vector<Absurd> all;
  change_dims(graph, number, all);
  change_constants(graph, number, all);
  change_attributes(graph, number, all);
  return all;
}

/// Zeros without end that take no memory.
void* endless_zeros() {
  static void* const zeros =
      mmap(nullptr, size_t{1} << 46, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return zeros;
}

/// Plans it; what comes out does not matter.
void plan(Graph graph, const Data& data) {
  const auto model = session::model_from_graph(std::move(graph));
  if (!model) return;
  const auto session = engine::Session::create(*model, {.max_value_bytes = 64 << 20});
  if (!session) return;
  std::vector<engine::NamedValue> inputs;
  size_t at = 0;
  for (const auto& port : (*model)->inputs()) {
    if (port.kind != engine::ValueKind::tensor) {
      while (at < data.inputs.size() && data.inputs[at].is_tensor()) ++at;
      inputs.push_back({port.name, at < data.inputs.size() ? data.inputs[at++] : engine::AnyValue()});
      continue;
    }
    std::vector<int64_t> dims = port.dims;
    for (int64_t& d : dims) d = std::max<int64_t>(d, d == 0 ? 0 : 1);
    auto tensor = engine::Tensor::borrow(port.dtype, dims, endless_zeros(), nullptr);
    if (!tensor) return;
    inputs.push_back({port.name, engine::AnyValue(*std::move(tensor))});
  }
  (void)(*session)->explain_values(inputs, false);
}

class AbsurdNumbers : public ::testing::TestWithParam<int64_t> {};

TEST_P(AbsurdNumbers, ArePlannedOrRefusedInLittleMemory) {
  int64_t graphs = 0;
  each_bound([&](const BoundCase& one) {
    for (const Absurd& absurd : changes(one.graph, GetParam())) {
      SCOPED_TRACE(one.name + ": " + absurd.what);
      Graph changed = one.graph.clone();
      absurd.apply(changed);
      forget_peak();
      const int64_t before = memory_mb("VmRSS");
      plan(std::move(changed), one.data);
      EXPECT_LE(memory_mb("VmHWM") - before, kMostMegabytes);
      ++graphs;
    }
  });
  EXPECT_GE(graphs, 1'000);  // Debian's cases alone, where the newest are not at hand
}

INSTANTIATE_TEST_SUITE_P(Numbers, AbsurdNumbers,
                         ::testing::Values(-1, 0, 300'000'000, (int64_t{1} << 31) - 1,
                                           std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::min()));

}  // namespace
}  // namespace walle::conformance
