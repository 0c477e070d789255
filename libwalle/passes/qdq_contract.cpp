#include <cmath>

#include "libwalle/graph/op.h"
#include "libwalle/passes/qdq.h"

namespace walle::passes {

using engine::Tensor;
using graph::Attributes;
using graph::kNoValue;

std::optional<graph::ValueId> Qdq::bias_of(const Node& node, size_t operand, float a, const std::vector<float>& b) {
  if (operand >= node.operands.size() || node.operands[operand] == kNoValue) return kNoValue;
  const auto bias = dequantized(node.operands[operand]);
  const Tensor* values = bias ? constant(bias->values) : nullptr;
  if (values == nullptr || values->dtype() != DType::i32 || values->dims().size() != 1) return std::nullopt;
  if (const Tensor* zero = constant(bias->zero)) {
    for (const int32_t z : zero->values<int32_t>()) {
      if (z != 0) return std::nullopt;
    }
  }
  for (size_t i = 0; i < std::max(b.size(), bias->scale.size()); ++i) {
    const float step = a * (b.size() == 1 ? b[0] : b[std::min(i, b.size() - 1)]);
    const float given = bias->single() ? bias->scale[0] : bias->scale[std::min(i, bias->scale.size() - 1)];
    if (!(std::abs(given - step) <= 1e-6F * step)) return std::nullopt;
  }
  return bias->values;
}

Result<bool> Qdq::contract(size_t n, std::string_view op, std::vector<ValueId> operands, Attributes attributes, float a,
                           const std::vector<float>& b) {
  const Node& node = graph_.nodes[n];
  const auto end = end_of(node);
  std::vector<float> scale;
  for (const float step : b) scale.push_back(end ? a * step / end->scale : a * step);
  const std::vector<int64_t> dims =
      scale.size() == 1 ? std::vector<int64_t>{} : std::vector{static_cast<int64_t>(scale.size())};
  operands.push_back(graph_.add_constant(node.name + "/scale", WALLE_TRY(Tensor::of<float>(dims, scale))));
  attributes["to"] = std::string(name_of(end ? end->dtype : DType::f32));
  if (end) {
    attributes["zero"] = end->zero;
    if (std::isfinite(end->low)) attributes["low"] = end->low / end->scale;
    if (std::isfinite(end->high)) attributes["high"] = end->high / end->scale;
  }
  WALLE_TRY(emit(n, "walle", op, std::move(operands), std::move(attributes), end ? end->result : node.results[0]));
  drop(n, end ? end->nodes : std::vector<size_t>{});
  return true;
}

Result<bool> Qdq::conv(size_t n) {
  const Node& node = graph_.nodes[n];
  const auto x = activation(node.operands[0]);
  const auto w = dequantized(node.operands[1]);
  if (!x || !w || (w->dtype != DType::i8 && w->dtype != DType::u8)) return false;
  const Tensor* weight = constant(w->values);
  if (weight == nullptr || weight->dims().size() < 3 || weight->dims().size() > 5) return false;
  if (!w->single() && (w->axis != 0 || static_cast<int64_t>(w->scale.size()) != weight->dims()[0])) return false;
  const auto bias = bias_of(node, 2, x->scale[0], w->scale);
  if (!bias) return false;
  Attributes attributes = node.attributes;
  return contract(n, "QuantizedConv", {x->values, w->values, x->zero, w->zero, *bias}, std::move(attributes),
                  x->scale[0], w->scale);
}

Result<bool> Qdq::mat_mul(size_t n) {
  const Node& node = graph_.nodes[n];
  const auto a = activation(node.operands[0]);
  const auto b = dequantized(node.operands[1]);
  if (!a || !b || (b->dtype != DType::i8 && b->dtype != DType::u8)) return false;
  const auto& left = graph_.value(a->values).shape;
  const auto& right = graph_.value(b->values).shape;
  if (!left || !right || left->size() < 2 || right->size() < 2) return false;
  const bool last = right->size() == 2 && (b->axis == 1 || b->axis == -1);
  if (!b->single() && !last) return false;
  return contract(n, "QuantizedMatMul", {a->values, b->values, a->zero, b->zero, kNoValue}, {}, a->scale[0], b->scale);
}

Result<bool> Qdq::gemm(size_t n) {
  const Node& node = graph_.nodes[n];
  const auto a = activation(node.operands[0]);
  const auto b = dequantized(node.operands[1]);
  const bool transposed = graph::attribute_int(node.attributes, "transB", 0).value_or(0) != 0;
  if (!a || !b || constant(b->values) == nullptr || (b->dtype != DType::i8 && b->dtype != DType::u8)) return false;
  if (graph::attribute_int(node.attributes, "transA", 0).value_or(1) != 0 ||
      graph::attribute_float(node.attributes, "alpha", 1).value_or(0) != 1 ||
      graph::attribute_float(node.attributes, "beta", 1).value_or(0) != 1)
    return false;
  if (!b->single() && b->axis != (transposed ? 0 : 1)) return false;
  const auto bias = bias_of(node, 2, a->scale[0], b->scale);
  if (!bias) return false;
  ValueId columns = b->values;
  if (transposed) columns = WALLE_TRY(emit(n, "", "Transpose", {columns}, {{"perm", std::vector<int64_t>{1, 0}}}));
  return contract(n, "QuantizedMatMul", {a->values, columns, a->zero, b->zero, *bias}, {}, a->scale[0], b->scale);
}

}  // namespace walle::passes
