#include "libwalle/passes/qdq.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "libwalle/graph/op.h"

namespace walle::passes {
namespace {

using engine::Tensor;
using graph::kNoValue;

bool is_byte(DType d) { return d == DType::i8 || d == DType::u8; }
/// Operators that move elements, or keep the largest.
constexpr std::string_view kMoves[] = {"MaxPool", "Reshape", "Transpose",    "Squeeze",      "Unsqueeze", "Flatten",
                                       "Slice",   "Expand",  "DepthToSpace", "SpaceToDepth", "Tile"};
/// Operators of one value.
constexpr std::string_view kFunctions[] = {"Relu",      "Clip", "Sigmoid", "HardSigmoid", "HardSwish",
                                           "LeakyRelu", "Tanh", "Elu",     "Gelu",        "Mish",
                                           "Softplus",  "Erf",  "Sqrt",    "Exp",         "Abs"};
bool is_one_of(std::string_view op, std::span<const std::string_view> list) {
  return std::find(list.begin(), list.end(), op) != list.end();
}
bool is(const graph::Node& node, std::string_view op) { return node.op->domain.empty() && node.op->name == op; }

}  // namespace

Qdq::Qdq(graph::Graph& graph, const PassContext& context)
    : graph_(graph),
      context_(context),
      made_by_(producers(graph)),
      readers_(graph.values.size()),
      outputs_(output_flags(graph)),
      gone_(graph.nodes.size(), false),
      instead_(graph.nodes.size()) {
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    for (const ValueId id : graph.nodes[n].operands) {
      if (id != kNoValue) readers_[static_cast<size_t>(id)].push_back(n);
    }
  }
}

Status Qdq::run() {
  for (size_t n = 0; n < graph_.nodes.size(); ++n) {
    if (!gone_[n]) WALLE_TRY(rewrite(n));
  }
  std::vector<Node> kept;
  for (size_t n = 0; n < graph_.nodes.size(); ++n) {
    for (Node& node : instead_[n]) kept.push_back(std::move(node));
    if (!gone_[n]) kept.push_back(std::move(graph_.nodes[n]));
  }
  graph_.nodes = std::move(kept);
  return {};
}

Result<bool> Qdq::rewrite(size_t n) {
  struct Rule {
    std::string_view op;
    Result<bool> (Qdq::*rewrite)(size_t);
  };
  static constexpr std::array<Rule, 7> kRules = {{{"Conv", &Qdq::conv},
                                                  {"MatMul", &Qdq::mat_mul},
                                                  {"Gemm", &Qdq::gemm},
                                                  {"Add", &Qdq::binary},
                                                  {"Sub", &Qdq::binary},
                                                  {"Mul", &Qdq::binary},
                                                  {"Concat", &Qdq::concat}}};
  const Node& node = graph_.nodes[n];
  if (node.core) return false;  // its operands are those of a family
  if (!node.op->domain.empty() || node.results.size() != 1 || node.results[0] == kNoValue) return false;
  const std::string_view op = node.op->name;
  const auto* rule = std::find_if(kRules.begin(), kRules.end(), [&](const Rule& r) { return r.op == op; });
  if (rule != kRules.end()) return (this->*rule->rewrite)(n);
  if (is_one_of(op, kMoves)) return move(n);
  return is_one_of(op, kFunctions) ? unary(n) : Result<bool>(false);
}

const Tensor* Qdq::constant(ValueId id) const {
  if (id == kNoValue) return nullptr;
  const auto& tensor = graph_.value(id).constant;
  return tensor ? &*tensor : nullptr;
}

std::optional<float> Qdq::number(ValueId id) const {
  const Tensor* tensor = constant(id);
  if (tensor == nullptr || tensor->dtype() != DType::f32 || tensor->count() != 1) return std::nullopt;
  return tensor->values<float>()[0];
}

/// 0 where it is absent.
std::optional<int64_t> Qdq::zero_of(ValueId id) const {
  if (id == kNoValue) return 0;
  const Tensor* tensor = constant(id);
  if (tensor == nullptr || tensor->count() != 1) return std::nullopt;
  if (tensor->dtype() == DType::u8) return tensor->values<uint8_t>()[0];
  if (tensor->dtype() == DType::i8) return tensor->values<int8_t>()[0];
  return std::nullopt;
}

std::optional<Qdq::Dequantized> Qdq::dequantized(ValueId id) const {
  const int maker = id == kNoValue ? -1 : made_by_[static_cast<size_t>(id)];
  if (maker < 0) return std::nullopt;
  const Node& node = graph_.nodes[static_cast<size_t>(maker)];
  if (!is(node, "DequantizeLinear") || graph::attribute_int(node.attributes, "block_size", 0).value_or(1) != 0)
    return std::nullopt;
  const Tensor* scale = constant(node.operands[1]);
  const auto dtype = graph_.value(node.operands[0]).dtype;
  if (scale == nullptr || scale->dtype() != DType::f32 || scale->dims().size() > 1 || scale->count() == 0 || !dtype)
    return std::nullopt;
  const ValueId zero = node.operands.size() > 2 ? node.operands[2] : kNoValue;
  if (zero != kNoValue && constant(zero) == nullptr) return std::nullopt;
  const auto values = scale->values<float>();
  return Dequantized{.node = &node,
                     .values = node.operands[0],
                     .zero = zero,
                     .dtype = *dtype,
                     .scale = {values.begin(), values.end()},
                     .axis = graph::attribute_int(node.attributes, "axis", 1).value_or(1)};
}

std::optional<Qdq::Dequantized> Qdq::activation(ValueId id) const {
  auto found = dequantized(id);
  if (!found || !found->single() || !is_byte(found->dtype) || !zero_of(found->zero)) return std::nullopt;
  return found;
}

/// Relu and Clip with constant bounds narrow what the end stores.
bool Qdq::clamp(const Node& node, End& end) const {
  if (is(node, "Relu")) {
    end.low = std::max(end.low, 0.0F);
    return true;
  }
  if (!is(node, "Clip")) return false;
  for (size_t i = 1; i < node.operands.size() && i < 3; ++i) {
    if (node.operands[i] == kNoValue) continue;
    const auto bound = number(node.operands[i]);
    if (!bound) return false;
    if (i == 1) end.low = std::max(end.low, *bound);
    if (i == 2) end.high = std::min(end.high, *bound);
  }
  return true;
}

std::optional<Qdq::End> Qdq::end_of(const Node& node) const {
  End end;
  ValueId at = node.results[0];
  for (int depth = 0; depth < 2; ++depth) {
    const auto& readers = readers_[static_cast<size_t>(at)];
    if (readers.size() != 1 || outputs_[static_cast<size_t>(at)] || gone_[readers[0]]) return std::nullopt;
    const Node& reader = graph_.nodes[readers[0]];
    if (reader.operands[0] != at || reader.results[0] == kNoValue) return std::nullopt;
    end.nodes.push_back(readers[0]);
    end.result = reader.results[0];
    if (is(reader, "QuantizeLinear")) {
      const auto scale = number(reader.operands[1]);
      const auto zero = zero_of(reader.operands.size() > 2 ? reader.operands[2] : kNoValue);
      const auto dtype = graph_.value(end.result).dtype;
      if (!scale || !zero || !dtype || !is_byte(*dtype)) return std::nullopt;
      end.scale = *scale;
      end.zero = *zero;
      end.dtype = *dtype;
      return end;
    }
    if (!clamp(reader, end)) return std::nullopt;
    at = reader.results[0];
  }
  return std::nullopt;
}

Result<graph::ValueId> Qdq::emit(size_t n, std::string_view domain, std::string_view op, std::vector<ValueId> operands,
                                 graph::Attributes attributes, ValueId result) {
  const graph::OpDef* def = context_.ops->find(domain, op);
  if (def == nullptr) return fail(ErrorCode::internal, "no operator " + std::string(op));
  Node made;
  made.name = graph_.nodes[n].name + "/" + std::to_string(instead_[n].size());
  made.op = def;
  made.operands = std::move(operands);
  made.attributes = std::move(attributes);
  if (result == kNoValue)
    result = graph_.add_value({.name = made.name});
  else
    made.name = graph_.nodes[n].name;
  made.results = {result};
  WALLE_TRY(graph::infer_node(graph_, made));
  instead_[n].push_back(std::move(made));
  return result;
}

void Qdq::drop(size_t n, const std::vector<size_t>& others) {
  gone_[n] = true;
  for (const size_t other : others) gone_[other] = true;
}

namespace {

Status run_pass(graph::Graph& graph, PassContext& context) {
  if (!context.fuse || context.ops == nullptr) return {};
  return Qdq(graph, context).run();
}

}  // namespace

extern const PassDef kQdq;
const PassDef kQdq = {
    .name = "qdq", .what = "operators between DequantizeLinear and QuantizeLinear work on 8 bits", .run = run_pass};

}  // namespace walle::passes
