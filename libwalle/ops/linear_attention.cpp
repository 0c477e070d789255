#include <cmath>

#include "libwalle/ops/rules/attention.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

using rules::Formula;
using rules::Term;

/// Longest sequence: the recurrence is written out step by step.
constexpr int64_t kMaxSteps = 4096;
constexpr size_t kState = 3, kDecay = 4, kBeta = 5;

struct Rule {
  bool gated = false, delta = false;
};

Result<Rule> rule_of(const NodeView& node) {
  const std::string name = WALLE_TRY(node.attribute_string("update_rule", "gated_delta"));
  const Rule rule{.gated = name.starts_with("gated"), .delta = name.ends_with("delta")};
  if (!rule.gated && !rule.delta && name != "linear")
    return node.fail(ErrorCode::invalid_argument, "update_rule '" + name + "' is not known");
  if (rule.gated != node.has(kDecay) || rule.delta != node.has(kBeta))
    return node.fail(ErrorCode::invalid_argument, "update_rule '" + name + "' does not fit the operands given");
  return rule;
}

struct Heads {
  int64_t query = 0, key = 0;
};

Result<Heads> heads_of(const NodeView& node) {
  const Heads h{.query = WALLE_TRY(node.attribute_int("q_num_heads", 0)),
                .key = WALLE_TRY(node.attribute_int("kv_num_heads", 0))};
  if (h.key < 1 || h.query < 1 || h.query % h.key != 0)
    return node.fail(ErrorCode::invalid_argument, "q_num_heads must be a multiple of kv_num_heads");
  return h;
}

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  const DType state = node.has(kState) ? WALLE_TRY(node.dtype(kState)) : dtype;
  const Heads h = WALLE_TRY(heads_of(node));
  if (!rules::has_shapes(node)) {
    context.set_unknown_shape(0, dtype);
    context.set_unknown_shape(1, state);
    return {};
  }
  const Shape& q = *node.value(0).shape;
  const Shape& v = *node.value(2).shape;
  for (size_t i = 0; i < node.operand_count(); ++i) {
    if (node.has(i) && node.value(i).shape->size() != (i == kState ? 4U : 3U)) return rules::mismatch(node, 0, i);
  }
  const Dim size = rules::over(context, v[2], Dim(h.key));
  context.set(0, dtype, {q[0], q[1], rules::times(context, size, Dim(h.query))});
  context.set(1, state, {q[0], Dim(h.key), rules::over(context, q[2], Dim(h.query)), size});
  return {};
}

/// One step of [B, H, T, size] as [B, H, 1, size].
Term at(Term x, int64_t step) { return x.slice(2, step, step + 1); }

/// All in f32. State: [B, Hk, Dk, Dv].
Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const Rule rule = WALLE_TRY(rule_of(node));
  const Heads h = WALLE_TRY(heads_of(node));
  const Ints q_dims = WALLE_TRY(node.dims(0));
  const Ints v_dims = WALLE_TRY(node.dims(2));
  if (q_dims[1] < 1 || q_dims[1] > kMaxSteps || q_dims[2] % h.query != 0 || v_dims[2] % h.key != 0)
    return node.fail(ErrorCode::unsupported, "heads do not divide the operands, or there are not 1 to 4096 steps");
  const Ints state_dims = {q_dims[0], h.key, q_dims[2] / h.query, v_dims[2] / h.key};
  Formula f(builder);
  const auto operand = [&](size_t i, int64_t heads) {
    return rules::split_heads(f.of(node.operand(i)).cast(DType::f32), heads);
  };
  const float given = WALLE_TRY(node.attribute_float("scale", 0));
  const double scale =
      given != 0 ? static_cast<double>(given) : 1 / std::sqrt(static_cast<double>(q_dims[2] / h.query));
  const Term q = operand(0, h.query);
  const Term k = operand(1, h.key);
  const Term v = operand(2, h.key);
  Term decay, beta;
  if (rule.gated) decay = operand(kDecay, h.key).apply("Exp");
  if (rule.delta) beta = operand(kBeta, WALLE_TRY(node.dims(kBeta))[2]);
  Term state =
      node.has(kState) ? f.of(node.operand(kState)).cast(DType::f32) : f.number(DType::f32, 0).expand(state_dims);
  std::vector<Term> outputs;
  if (f.failed()) return f.results({});
  for (int64_t t = 0; t < q_dims[1] && !f.failed(); ++t) {
    const Term key = at(k, t);
    Term value = at(v, t);
    if (rule.gated) state = state * at(decay, t).transpose({0, 1, 3, 2});
    if (rule.delta) value = at(beta, t) * (value - matmul(key, state));
    state = state + key.transpose({0, 1, 3, 2}) * value;
    outputs.push_back(rules::attention_values(at(q, t), state) * scale);
  }
  const DType state_dtype = node.has(kState) ? WALLE_TRY(node.dtype(kState)) : WALLE_TRY(node.dtype(0));
  const Term y = rules::join_heads(concat(outputs, 2)).cast(WALLE_TRY(node.dtype(0)));
  return f.results({y, state.cast(state_dtype)});
}

}  // namespace

extern const OpDef kLinearAttention = {
    .name = "LinearAttention",
    .formula =
        "S = e^g S + k ⊗ beta (v - kᵀ e^g S); y = scale * qᵀ S, step by step (without g or beta where not asked)",
    .op_class = OpClass::composite,
    .operands = {3, 6},
    .results = {1, 2},
    .attributes =
        "chunk_size:int=64, kv_num_heads:int(0..16777216), q_num_heads:int(0..16777216), scale:float=0, "
        "update_rule:string=gated_delta",
    .infer = infer,
    .decompose = decompose};

}  // namespace walle::ops
