#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/recurrent.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) { return rules::infer_recurrent(node, context, 1); }

/// Columns [from, to) of r, and of its bias, in units of the hidden size: h·r (+ bias).
Result<ValueId> recurrent_part(GraphBuilder& builder, const rules::Recurrent& recurrent,
                               const rules::Direction& direction, ValueId h, int64_t from, int64_t to) {
  const int64_t n = recurrent.hidden;
  const ValueId r = WALLE_TRY(rules::slice(builder, direction.r, 1, from * n, to * n));
  const ValueId y = WALLE_TRY(builder.one("MatMul", {h, r}));
  if (direction.r_bias == kNoValue) return y;
  const ValueId bias = WALLE_TRY(rules::slice(builder, direction.r_bias, 0, from * n, to * n));
  return builder.one("Add", {y, bias});
}

/// z, r, h in ONNX's order.
Result<rules::State> cell(const NodeView& node, GraphBuilder& builder, const rules::Recurrent& recurrent,
                          const rules::Direction& direction, ValueId wx, const rules::State& state) {
  const ValueId h = state[0];
  const int64_t n = recurrent.hidden;
  const ValueId rh = WALLE_TRY(recurrent_part(builder, recurrent, direction, h, 0, 2));
  const ValueId wzr = WALLE_TRY(rules::slice(builder, wx, 1, 0, 2 * n));
  const ValueId sum = WALLE_TRY(builder.one("Add", {wzr, rh}));
  const ValueId limited = WALLE_TRY(rules::clipped(builder, recurrent, sum));
  const auto& f = recurrent.activations[2 * direction.index];
  const auto& g = recurrent.activations[2 * direction.index + 1];
  const ValueId zr = WALLE_TRY(rules::activate(node, builder, f, limited));
  const ValueId z = WALLE_TRY(rules::gate(builder, recurrent, zr, 0));
  const ValueId r = WALLE_TRY(rules::gate(builder, recurrent, zr, 1));
  ValueId inner = kNoValue;
  if (WALLE_TRY(node.attribute_int("linear_before_reset", 0)) != 0) {
    const ValueId linear = WALLE_TRY(recurrent_part(builder, recurrent, direction, h, 2, 3));
    inner = WALLE_TRY(builder.one("Mul", {r, linear}));
  } else {
    const ValueId reset = WALLE_TRY(builder.one("Mul", {r, h}));
    inner = WALLE_TRY(recurrent_part(builder, recurrent, direction, reset, 2, 3));
  }
  const ValueId wh = WALLE_TRY(rules::gate(builder, recurrent, wx, 2));
  const ValueId argument = WALLE_TRY(builder.one("Add", {wh, inner}));
  const ValueId bounded = WALLE_TRY(rules::clipped(builder, recurrent, argument));
  const ValueId candidate = WALLE_TRY(rules::activate(node, builder, g, bounded));
  // (1 - z) * candidate + z * h
  const ValueId rest = WALLE_TRY(builder.one("Sub", {rules::scalar_like(builder, z, 1), z}));
  const ValueId fresh = WALLE_TRY(builder.one("Mul", {rest, candidate}));
  const ValueId kept = WALLE_TRY(builder.one("Mul", {z, h}));
  return rules::State{WALLE_TRY(builder.one("Add", {fresh, kept}))};
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  return rules::over_time(node, builder, 3, 1, {"Sigmoid", "Tanh"}, cell);
}

}  // namespace

extern const OpDef kGru = {.name = "GRU",
                           .formula = "z, r = σ(W x + R h + b); n = tanh(W_h x + r·(R_h h)); h' = (1 - z)·n + z·h",
                           .op_class = OpClass::composite,
                           .operands = {3, 6},
                           .results = {1, 2},
                           .attributes = rules::kRecurrentAttributes,
                           .infer = infer,
                           .decompose = decompose};

}  // namespace walle::ops
