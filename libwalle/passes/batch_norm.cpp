#include <cmath>

#include "libwalle/passes/pass.h"
#include "libwalle/passes/rewrite.h"

namespace walle::passes {
namespace {

using engine::Tensor;
using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

const Tensor* f32_constant(const Graph& graph, const Node& node, size_t operand) {
  if (operand >= node.operands.size() || node.operands[operand] == kNoValue) return nullptr;
  const auto& constant = graph.value(node.operands[operand]).constant;
  return constant && constant->dtype() == DType::f32 ? &*constant : nullptr;
}

/// w' = w * s, b' = (b - mean) * s + shift with s = scale / √(var + epsilon), in double.
Status fold(Graph& graph, Node& conv, const Node& norm, float epsilon) {
  const Tensor weight = *f32_constant(graph, conv, 1);
  const int64_t channels = weight.dims()[0];
  const int64_t inner = channels == 0 ? 0 : weight.count() / channels;
  const Tensor* bias = f32_constant(graph, conv, 2);
  Tensor new_weight = WALLE_TRY(Tensor::empty(DType::f32, weight.dims()));
  Tensor new_bias = WALLE_TRY(Tensor::empty(DType::f32, std::span(&channels, 1)));
  const auto at = [&](size_t operand, size_t c) {
    return static_cast<double>(f32_constant(graph, norm, operand)->values<float>()[c]);
  };
  for (size_t c = 0; c < static_cast<size_t>(channels); ++c) {
    const double scale = at(1, c) / std::sqrt(at(4, c) + static_cast<double>(epsilon));
    const double old = bias != nullptr ? static_cast<double>(bias->values<float>()[c]) : 0;
    new_bias.mutable_values<float>()[c] = static_cast<float>((old - at(3, c)) * scale + at(2, c));
    for (size_t i = c * static_cast<size_t>(inner); i < (c + 1) * static_cast<size_t>(inner); ++i)
      new_weight.mutable_values<float>()[i] =
          static_cast<float>(static_cast<double>(weight.values<float>()[i]) * scale);
  }
  conv.operands.resize(3, kNoValue);
  conv.operands[1] = graph.add_constant(norm.name + "/weight", std::move(new_weight));
  conv.operands[2] = graph.add_constant(norm.name + "/bias", std::move(new_bias));
  conv.results[0] = norm.results[0];
  return {};
}

bool matches(const Graph& graph, const Node& conv, const Node& norm) {
  if (conv.op->name != "Conv" || !conv.op->domain.empty() || f32_constant(graph, conv, 1) == nullptr) return false;
  if (conv.operands.size() > 2 && conv.operands[2] != kNoValue && f32_constant(graph, conv, 2) == nullptr) return false;
  const int64_t channels = f32_constant(graph, conv, 1)->dims()[0];
  for (size_t i = 1; i < 5; ++i) {
    const Tensor* constant = f32_constant(graph, norm, i);
    if (constant == nullptr || constant->count() != channels) return false;
  }
  for (size_t i = 1; i < norm.results.size(); ++i) {
    if (norm.results[i] != kNoValue) return false;
  }
  return true;
}

Status run(Graph& graph, PassContext& context) {
  if (!context.fuse) return {};
  std::vector<int> made_by = producers(graph);
  const std::vector<int> uses = use_counts(graph);
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    Node& norm = graph.nodes[n];
    if (norm.op->name != "BatchNormalization" || norm.operands.empty() || norm.operands[0] == kNoValue) continue;
    const auto between = static_cast<size_t>(norm.operands[0]);
    if (made_by[between] < 0 || uses[between] != 1) continue;
    Node& conv = graph.nodes[static_cast<size_t>(made_by[between])];
    if (!matches(graph, conv, norm)) continue;
    const float epsilon = WALLE_TRY(graph::attribute_float(norm.attributes, "epsilon", 1e-5F));
    const size_t made = static_cast<size_t>(made_by[between]);
    WALLE_TRY(fold(graph, conv, norm, epsilon));
    made_by[static_cast<size_t>(norm.results[0])] = static_cast<int>(made);
    norm.results.assign(norm.results.size(), kNoValue);  // now dead
  }
  return {};
}

}  // namespace

extern const PassDef kBatchNorm;
const PassDef kBatchNorm = {
    .name = "batch_norm", .what = "batch normalisation with constant statistics into the convolution", .run = run};

}  // namespace walle::passes
