#include <cmath>
#include <optional>

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

/// y = x * scale + shift for each channel.
struct Affine {
  std::vector<double> scale, shift;
};

/// The convolution's output channels if its weight (and bias) are constants, else 0.
int64_t channels_of(const Graph& graph, const Node& conv) {
  const bool transposed = conv.op->name == "ConvTranspose";
  if (conv.core || !conv.op->domain.empty() || (conv.op->name != "Conv" && !transposed)) return 0;
  const Tensor* weight = f32_constant(graph, conv, 1);
  if (weight == nullptr || weight->dims().size() < 3 || weight->count() == 0) return 0;
  if (conv.operands.size() > 2 && conv.operands[2] != kNoValue && f32_constant(graph, conv, 2) == nullptr) return 0;
  const auto group = graph::attribute_int(conv.attributes, "group", 1);
  if (transposed && group.value_or(0) != 1) return 0;
  return weight->dims()[transposed ? 1 : 0];
}

/// Elements of a constant that is a scalar or lies along the channel axis (1) of `rank` axes; nullopt otherwise.
std::optional<std::vector<double>> along_channels(const Tensor& tensor, int64_t channels, size_t rank) {
  const auto values = tensor.values<float>();
  if (tensor.count() == 1) {
    if (tensor.dims().size() > rank) return std::nullopt;
    return std::vector<double>(static_cast<size_t>(channels), static_cast<double>(values[0]));
  }
  if (tensor.count() != channels || tensor.dims().size() > rank) return std::nullopt;
  const size_t lead = rank - tensor.dims().size();
  if (lead > 1 || tensor.dims()[1 - lead] != channels) return std::nullopt;
  return std::vector<double>(values.begin(), values.end());
}

std::optional<Affine> of_norm(const Graph& graph, const Node& norm, int64_t channels) {
  for (size_t i = 1; i < 5; ++i) {
    const Tensor* constant = f32_constant(graph, norm, i);
    if (constant == nullptr || constant->count() != channels) return std::nullopt;
  }
  for (size_t i = 1; i < norm.results.size(); ++i) {
    if (norm.results[i] != kNoValue) return std::nullopt;
  }
  const auto epsilon = static_cast<double>(graph::attribute_float(norm.attributes, "epsilon", 1e-5F).value_or(1e-5F));
  Affine out;
  const auto at = [&](size_t operand, size_t c) {
    return static_cast<double>(f32_constant(graph, norm, operand)->values<float>()[c]);
  };
  for (size_t c = 0; c < static_cast<size_t>(channels); ++c) {
    const double scale = at(1, c) / std::sqrt(at(4, c) + epsilon);
    out.scale.push_back(scale);
    out.shift.push_back(at(2, c) - at(3, c) * scale);
  }
  return out;
}

/// Mul, Add, Sub and Div by a constant.
std::optional<Affine> of_arithmetic(const Graph& graph, const Node& node, size_t side, int64_t channels, size_t rank) {
  const Tensor* constant = f32_constant(graph, node, 1 - side);
  if (constant == nullptr) return std::nullopt;
  auto values = along_channels(*constant, channels, rank);
  if (!values) return std::nullopt;
  Affine out{std::vector<double>(values->size(), 1), std::vector<double>(values->size(), 0)};
  const auto& name = node.op->name;
  if (name == "Mul") out.scale = *std::move(values);
  if (name == "Add") out.shift = *std::move(values);
  if ((name == "Sub" || name == "Div") && side != 0) return std::nullopt;
  for (size_t c = 0; c < out.scale.size(); ++c) {
    if (name == "Sub") out.shift[c] = -(*values)[c];
    if (name == "Div") out.scale[c] = 1 / (*values)[c];
    if (!std::isfinite(out.scale[c]) || !std::isfinite(out.shift[c])) return std::nullopt;
  }
  return out;
}

std::optional<Affine> affine_of(const Graph& graph, const Node& node, size_t side, int64_t channels, size_t rank) {
  if (!node.op->domain.empty()) return std::nullopt;
  if (node.op->name == "BatchNormalization" && side == 0) return of_norm(graph, node, channels);
  const bool arithmetic =
      node.op->name == "Mul" || node.op->name == "Add" || node.op->name == "Sub" || node.op->name == "Div";
  if (!arithmetic || node.operands.size() != 2) return std::nullopt;
  return of_arithmetic(graph, node, side, channels, rank);
}

/// w' = w * scale, b' = b * scale + shift, in double.
Status fold(Graph& graph, Node& conv, const Node& node, const Affine& affine) {
  const Tensor weight = *f32_constant(graph, conv, 1);
  const auto channels = static_cast<int64_t>(affine.scale.size());
  const bool transposed = conv.op->name == "ConvTranspose";
  const int64_t inner = weight.count() / (weight.dims()[0] * (transposed ? weight.dims()[1] : 1));
  const Tensor* bias = f32_constant(graph, conv, 2);
  Tensor new_weight = WALLE_TRY(Tensor::empty(DType::f32, weight.dims()));
  Tensor new_bias = WALLE_TRY(Tensor::empty(DType::f32, std::span(&channels, 1)));
  for (size_t c = 0; c < affine.scale.size(); ++c) {
    const double old = bias != nullptr ? static_cast<double>(bias->values<float>()[c]) : 0;
    new_bias.mutable_values<float>()[c] = static_cast<float>(old * affine.scale[c] + affine.shift[c]);
  }
  const auto from = weight.values<float>();
  const auto to = new_weight.mutable_values<float>();
  for (size_t i = 0; i < from.size(); ++i) {
    const size_t c = i / static_cast<size_t>(inner) % affine.scale.size();
    to[i] = static_cast<float>(static_cast<double>(from[i]) * affine.scale[c]);
  }
  conv.operands.resize(3, kNoValue);
  conv.operands[1] = graph.add_constant(node.name + "/weight", std::move(new_weight));
  conv.operands[2] = graph.add_constant(node.name + "/bias", std::move(new_bias));
  conv.results[0] = node.results[0];
  return {};
}

/// A convolution followed by batch normalisation, or by arithmetic with constants per channel, becomes one convolution.
Status run(Graph& graph, PassContext& context) {
  if (!context.fuse) return {};
  std::vector<int> made_by = producers(graph);
  const std::vector<int> uses = use_counts(graph);
  std::vector<bool> gone(graph.nodes.size(), false);
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    Node& node = graph.nodes[n];
    for (size_t side = 0; side < node.operands.size() && side < 2; ++side) {
      const ValueId between = node.operands[side];
      if (between == kNoValue || made_by[static_cast<size_t>(between)] < 0 || uses[static_cast<size_t>(between)] != 1)
        continue;
      const int made = made_by[static_cast<size_t>(between)];
      Node& conv = graph.nodes[static_cast<size_t>(made)];
      const int64_t channels = channels_of(graph, conv);
      if (channels == 0) continue;
      const size_t rank = f32_constant(graph, conv, 1)->dims().size();
      const auto affine = affine_of(graph, node, side, channels, rank);
      if (!affine) continue;
      WALLE_TRY(fold(graph, conv, node, *affine));
      made_by[static_cast<size_t>(node.results[0])] = made;
      gone[n] = true;
      break;
    }
  }
  std::vector<Node> kept;
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    if (!gone[n]) kept.push_back(std::move(graph.nodes[n]));
  }
  graph.nodes = std::move(kept);
  return {};
}

}  // namespace

extern const PassDef kAffine;
const PassDef kAffine = {.name = "affine",
                         .what = "batch normalisation and arithmetic with constants into the convolution before",
                         .run = run};

}  // namespace walle::passes
