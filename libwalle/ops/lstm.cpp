#include <array>

#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/recurrent.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) { return rules::infer_recurrent(node, context, 2); }

/// A gate's argument plus its peephole p * c, clipped, through activation `f`.
Result<ValueId> gated(const NodeView& node, GraphBuilder& builder, const rules::Recurrent& recurrent,
                      const rules::Direction& direction, ValueId argument, ValueId c, int64_t peephole, size_t f) {
  if (direction.peepholes != kNoValue && peephole >= 0) {
    const int64_t n = recurrent.hidden;
    const ValueId p = WALLE_TRY(rules::slice(builder, direction.peepholes, 0, peephole * n, (peephole + 1) * n));
    const ValueId looked = WALLE_TRY(builder.one("Mul", {p, c}));
    argument = WALLE_TRY(builder.one("Add", {argument, looked}));
  }
  const ValueId limited = WALLE_TRY(rules::clipped(builder, recurrent, argument));
  return rules::activate(node, builder, recurrent.activations[3 * direction.index + f], limited);
}

/// i, o, f, c in ONNX's order; peepholes i, o, f.
Result<rules::State> cell(const NodeView& node, GraphBuilder& builder, const rules::Recurrent& recurrent,
                          const rules::Direction& direction, ValueId wx, const rules::State& state) {
  const ValueId c = state[1];
  const ValueId rh = WALLE_TRY(builder.one("MatMul", {state[0], direction.r}));
  ValueId all = WALLE_TRY(builder.one("Add", {wx, rh}));
  if (direction.r_bias != kNoValue) all = WALLE_TRY(builder.one("Add", {all, direction.r_bias}));
  std::array<ValueId, 4> arguments{};
  for (size_t g = 0; g < 4; ++g) {
    arguments[g] = WALLE_TRY(rules::gate(builder, recurrent, all, static_cast<int64_t>(g)));
  }
  const ValueId i = WALLE_TRY(gated(node, builder, recurrent, direction, arguments[0], c, 0, 0));
  const bool coupled = WALLE_TRY(node.attribute_int("input_forget", 0)) != 0;
  ValueId f = kNoValue;
  if (coupled) {
    f = WALLE_TRY(builder.one("Sub", {rules::scalar_like(builder, i, 1), i}));
  } else {
    f = WALLE_TRY(gated(node, builder, recurrent, direction, arguments[2], c, 2, 0));
  }
  const ValueId candidate = WALLE_TRY(gated(node, builder, recurrent, direction, arguments[3], c, -1, 1));
  const ValueId kept = WALLE_TRY(builder.one("Mul", {f, c}));
  const ValueId taken = WALLE_TRY(builder.one("Mul", {i, candidate}));
  const ValueId next = WALLE_TRY(builder.one("Add", {kept, taken}));
  const ValueId o = WALLE_TRY(gated(node, builder, recurrent, direction, arguments[1], next, 1, 0));
  const ValueId shown = WALLE_TRY(rules::activate(node, builder, recurrent.activations[3 * direction.index + 2], next));
  const ValueId h = WALLE_TRY(builder.one("Mul", {o, shown}));
  return rules::State{h, next};
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  return rules::over_time(node, builder, 4, 2, {"Sigmoid", "Tanh", "Tanh"}, cell);
}

}  // namespace

extern const OpDef kLstm = {
    .name = "LSTM",
    .formula = "i, o, f = σ(W x + R h + p·c + b); c' = f·c + i·tanh(W_c x + R_c h + b_c); h' = o·tanh(c')",
    .op_class = OpClass::composite,
    .operands = {3, 8},
    .results = {1, 3},
    .attributes = rules::kRecurrentAttributes,
    .infer = infer,
    .decompose = decompose};

}  // namespace walle::ops
