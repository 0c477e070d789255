#include "libwalle/passes/layout_rules.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace walle::passes {
namespace {

using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

/// The axis of the transpose's operand that `axis` of its result is; nullopt outside of the rank.
std::optional<int64_t> mapped(const Perm& perm, int64_t axis) {
  const auto rank = static_cast<int64_t>(perm.size());
  if (axis < -rank || axis >= rank) return std::nullopt;
  return perm[static_cast<size_t>(axis < 0 ? axis + rank : axis)];
}

std::optional<Perm> all_mapped(const Perm& perm, const Perm& axes) {
  Perm result;
  for (const int64_t axis : axes) {
    const auto to = mapped(perm, axis);
    if (!to) return std::nullopt;
    result.push_back(*to);
  }
  return result;
}

/// The i64 or i32 elements of a constant operand.
std::optional<Perm> constant_ints(const Graph& graph, const Node& node, size_t operand) {
  if (operand >= node.operands.size() || node.operands[operand] == kNoValue) return std::nullopt;
  const auto& constant = graph.value(node.operands[operand]).constant;
  if (!constant) return std::nullopt;
  if (constant->dtype() == DType::i64)
    return Perm(constant->values<int64_t>().begin(), constant->values<int64_t>().end());
  if (constant->dtype() == DType::i32)
    return Perm(constant->values<int32_t>().begin(), constant->values<int32_t>().end());
  return std::nullopt;
}

bool set_constant_ints(Graph& graph, Node& node, size_t operand, const Perm& values) {
  const auto count = static_cast<int64_t>(values.size());
  auto tensor = engine::Tensor::of<int64_t>(std::span(&count, 1), values);
  if (!tensor) return false;
  node.operands[operand] = graph.add_constant(node.name + "/layout_" + std::to_string(operand), *std::move(tensor));
  return true;
}

/// What is left of a permutation when these axes of the operand vanish.
Perm without(const Perm& perm, const Perm& gone) {
  const auto vanishes = [&](int64_t axis) { return std::find(gone.begin(), gone.end(), axis) != gone.end(); };
  Perm result;
  for (const int64_t axis : perm) {
    if (vanishes(axis)) continue;
    const auto before = std::count_if(gone.begin(), gone.end(), [&](int64_t g) { return g < axis; });
    result.push_back(axis - before);
  }
  return result;
}

std::optional<Perm> unchanged(Graph&, Node&, const Perm& perm) { return perm; }

std::optional<Perm> one_axis(Graph&, Node& node, const Perm& perm) {
  const bool argument = node.op->name.starts_with("Arg");
  const int64_t fallback = argument || node.op->name == "Split" ? 0 : node.op->name.ends_with("Linear") ? 1 : -1;
  const auto axis = graph::attribute_int(node.attributes, "axis", fallback);
  const auto to = axis ? mapped(perm, *axis) : std::nullopt;
  if (!to) return std::nullopt;
  node.attributes["axis"] = *to;
  const auto keep = graph::attribute_int(node.attributes, "keepdims", 1);
  return argument && keep && *keep == 0 ? without(perm, {*to}) : perm;
}

std::optional<Perm> reduced(Graph& graph, Node& node, const Perm& perm) {
  const auto attribute = graph::attribute_ints(node.attributes, "axes", {});
  const bool named = graph::has_attribute(node.attributes, "axes");
  const auto axes = named && attribute ? std::optional(*attribute) : constant_ints(graph, node, 1);
  if (!axes || axes->empty()) return std::nullopt;  // what "all axes" means differs
  const auto to = all_mapped(perm, *axes);
  if (!to) return std::nullopt;
  if (named) {
    node.attributes["axes"] = *to;
  } else if (!set_constant_ints(graph, node, 1, *to)) {
    return std::nullopt;
  }
  const auto keep = graph::attribute_int(node.attributes, "keepdims", node.op->name == "Squeeze" ? 0 : 1);
  if (!keep) return std::nullopt;
  return *keep == 0 ? without(perm, *to) : perm;
}

std::optional<Perm> sliced(Graph& graph, Node& node, const Perm& perm) {
  auto axes = constant_ints(graph, node, 3);
  if (!axes && node.operands.size() > 3 && node.operands[3] != kNoValue) return std::nullopt;
  if (!axes) {
    const auto starts = constant_ints(graph, node, 1);
    if (!starts) return std::nullopt;
    axes.emplace(starts->size());
    std::iota(axes->begin(), axes->end(), int64_t{0});
    node.operands.resize(std::max<size_t>(node.operands.size(), 4), kNoValue);
  }
  const auto to = all_mapped(perm, *axes);
  if (!to || !set_constant_ints(graph, node, 3, *to)) return std::nullopt;
  return perm;
}

std::optional<Perm> padded(Graph& graph, Node& node, const Perm& perm) {
  const auto pads = constant_ints(graph, node, 1);
  if (!pads || pads->size() != 2 * perm.size() || (node.operands.size() > 3 && node.operands[3] != kNoValue))
    return std::nullopt;
  Perm moved(pads->size());
  for (size_t i = 0; i < perm.size(); ++i) {
    moved[static_cast<size_t>(perm[i])] = (*pads)[i];
    moved[static_cast<size_t>(perm[i]) + perm.size()] = (*pads)[i + perm.size()];
  }
  return set_constant_ints(graph, node, 1, moved) ? std::optional(perm) : std::nullopt;
}

/// Operators that work element by element.
constexpr auto kElementwise =
    std::to_array<std::string_view>({"Abs",         "Add",       "And",      "Cast",      "Ceil",
                                     "Clip",        "Div",       "Elu",      "Equal",     "Erf",
                                     "Exp",         "Floor",     "Gelu",     "Greater",   "GreaterOrEqual",
                                     "HardSigmoid", "HardSwish", "Identity", "LeakyRelu", "Less",
                                     "LessOrEqual", "Log",       "Max",      "Min",       "Mul",
                                     "Neg",         "Not",       "Or",       "PRelu",     "Pow",
                                     "Reciprocal",  "Relu",      "Round",    "Sigmoid",   "Softplus",
                                     "Sqrt",        "Sub",       "Sum",      "Swish",     "Tanh",
                                     "Where"});

constexpr auto kRules = std::to_array<LayoutRule>({{"ArgMax", one_axis},
                                                   {"ArgMin", one_axis},
                                                   {"Concat", one_axis},
                                                   {"DequantizeLinear", one_axis, false},
                                                   {"LogSoftmax", one_axis},
                                                   {"Pad", padded, false},
                                                   {"QuantizeLinear", one_axis, false},
                                                   {"ReduceL2", reduced, false},
                                                   {"ReduceMax", reduced, false},
                                                   {"ReduceMean", reduced, false},
                                                   {"ReduceMin", reduced, false},
                                                   {"ReduceProd", reduced, false},
                                                   {"ReduceSum", reduced, false},
                                                   {"Slice", sliced, false},
                                                   {"Softmax", one_axis},
                                                   {"Split", one_axis, false},
                                                   {"Squeeze", reduced, false}});
constexpr LayoutRule kBroadcast = {.op = "", .permute = unchanged, .broadcasts = true};

}  // namespace

const LayoutRule* layout_rule(const Node& node) {
  if (!node.op->domain.empty() || node.core || !node.blocks.empty()) return nullptr;
  if (std::binary_search(kElementwise.begin(), kElementwise.end(), node.op->name)) return &kBroadcast;
  const auto found =
      std::find_if(kRules.begin(), kRules.end(), [&](const auto& rule) { return rule.op == node.op->name; });
  return found == kRules.end() ? nullptr : &*found;
}

bool is_identity(const Perm& perm) {
  for (size_t i = 0; i < perm.size(); ++i) {
    if (perm[i] != static_cast<int64_t>(i)) return false;
  }
  return true;
}

Perm inverse(const Perm& perm) {
  Perm result(perm.size());
  for (size_t i = 0; i < perm.size(); ++i) result[static_cast<size_t>(perm[i])] = static_cast<int64_t>(i);
  return result;
}

std::optional<Perm> perm_of(const Node& node, size_t rank) {
  if (node.op->name != "Transpose" || !node.op->domain.empty()) return std::nullopt;
  Perm reversed(rank);
  std::iota(reversed.rbegin(), reversed.rend(), int64_t{0});
  const auto perm = graph::attribute_ints(node.attributes, "perm", reversed);
  if (!perm || perm->size() != rank) return std::nullopt;
  Perm sorted = *perm;
  std::sort(sorted.begin(), sorted.end());
  return is_identity(sorted) ? std::optional(*perm) : std::nullopt;
}

}  // namespace walle::passes
