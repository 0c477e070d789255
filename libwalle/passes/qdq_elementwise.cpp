#include <cmath>
#include <numeric>

#include "libwalle/graph/op.h"
#include "libwalle/passes/qdq.h"

namespace walle::passes {

using engine::Tensor;
using graph::kNoValue;

Result<bool> Qdq::binary(size_t n) {
  const Node& node = graph_.nodes[n];
  const auto a = activation(node.operands[0]);
  const auto b = activation(node.operands[1]);
  const auto end = a && b ? end_of(node) : std::nullopt;
  if (!end) return false;
  graph::Attributes attributes = {{"op", std::string(node.op->name)},
                                  {"to", std::string(name_of(end->dtype))},
                                  {"a_scale", a->scale[0]},
                                  {"b_scale", b->scale[0]},
                                  {"y_scale", end->scale},
                                  {"a_zero", *zero_of(a->zero)},
                                  {"b_zero", *zero_of(b->zero)},
                                  {"y_zero", end->zero}};
  // Rounding is monotone: the bounds may be rounded instead of the values.
  const auto bound = [&](float real) {
    return std::clamp<int64_t>(static_cast<int64_t>(std::nearbyint(real / end->scale)) + end->zero, -128, 255);
  };
  if (std::isfinite(end->low)) attributes["low"] = bound(end->low);
  if (std::isfinite(end->high)) attributes["high"] = bound(end->high);
  WALLE_TRY(emit(n, "walle", "QuantizedBinary", {a->values, b->values}, std::move(attributes), end->result));
  drop(n, end->nodes);
  return true;
}

Result<graph::ValueId> Qdq::table(size_t n, const Dequantized& from, const std::vector<size_t>& nodes) {
  const int64_t count = 256;
  Tensor all = WALLE_TRY(Tensor::empty(from.dtype, std::span(&count, 1)));
  auto* bytes = static_cast<uint8_t*>(all.mutable_data());
  std::iota(bytes, bytes + count, uint8_t{0});  // as i8: 0 … 127, -128 … -1, which is how Lookup counts
  const ValueId values = graph_.add_constant(graph_.nodes[n].name + "/all", std::move(all));
  std::vector<ValueId> operands = {values, from.node->operands[1]};
  if (from.zero != kNoValue) operands.push_back(from.zero);
  ValueId at = WALLE_TRY(emit(n, "", "DequantizeLinear", std::move(operands), {}));
  for (const size_t step : nodes) {
    const Node& node = graph_.nodes[step];
    std::vector<ValueId> own = node.operands;
    own[0] = at;
    at = WALLE_TRY(emit(n, "", node.op->name, std::move(own), node.attributes));
  }
  return at;
}

/// A function of one 8-bit value is a table of its 256 results.
Result<bool> Qdq::unary(size_t n) {
  const Node& node = graph_.nodes[n];
  const auto x = activation(node.operands[0]);
  const auto end = x ? end_of(node) : std::nullopt;
  if (!end) return false;
  for (size_t i = 1; i < node.operands.size(); ++i) {
    if (node.operands[i] != kNoValue && constant(node.operands[i]) == nullptr) return false;
  }
  std::vector<size_t> nodes = {n};
  nodes.insert(nodes.end(), end->nodes.begin(), end->nodes.end());
  const ValueId results = WALLE_TRY(table(n, *x, nodes));
  WALLE_TRY(emit(n, "walle", "Lookup", {results, x->values}, {}, end->result));
  drop(n, end->nodes);
  return true;
}

bool Qdq::same_steps(const Dequantized& from, float scale, int64_t zero, const End& end) {
  return from.dtype == end.dtype && scale == end.scale && zero == end.zero && !end.clamps();
}

Result<graph::ValueId> Qdq::requantized(size_t n, const Dequantized& from, ValueId values, const End& end,
                                        ValueId result) {
  const ValueId results = WALLE_TRY(table(n, from, end.nodes));
  return emit(n, "walle", "Lookup", {results, values}, {}, result);
}

/// Elements go elsewhere, or the largest of some stays: on 8 bits as well as on what they stand for.
Result<bool> Qdq::move(size_t n) {
  const Node& node = graph_.nodes[n];
  const auto x = activation(node.operands[0]);
  const auto end = x ? end_of(node) : std::nullopt;
  if (!end || x->scale[0] <= 0) return false;
  std::vector<ValueId> operands = node.operands;
  operands[0] = x->values;
  const bool same = same_steps(*x, x->scale[0], *zero_of(x->zero), *end);
  const ValueId moved =
      WALLE_TRY(emit(n, "", node.op->name, std::move(operands), node.attributes, same ? end->result : kNoValue));
  if (!same) WALLE_TRY(requantized(n, *x, moved, *end, end->result));
  drop(n, end->nodes);
  return true;
}

Result<bool> Qdq::concat(size_t n) {
  const Node& node = graph_.nodes[n];
  const auto end = end_of(node);
  if (!end) return false;
  std::vector<Dequantized> parts;
  for (const ValueId id : node.operands) {
    const auto part = activation(id);
    if (!part) return false;
    parts.push_back(*part);
  }
  std::vector<ValueId> operands;
  for (const Dequantized& part : parts) {
    const bool same = same_steps(part, part.scale[0], *zero_of(part.zero), *end);
    operands.push_back(same ? part.values : WALLE_TRY(requantized(n, part, part.values, *end, kNoValue)));
  }
  WALLE_TRY(emit(n, "", "Concat", std::move(operands), node.attributes, end->result));
  drop(n, end->nodes);
  return true;
}

}  // namespace walle::passes
