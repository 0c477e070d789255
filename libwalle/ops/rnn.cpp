#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/recurrent.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) { return rules::infer_recurrent(node, context, 1); }

Result<rules::State> cell(const NodeView& node, GraphBuilder& builder, const rules::Recurrent& recurrent,
                          const rules::Direction& direction, ValueId wx, const rules::State& state) {
  const ValueId rh = WALLE_TRY(builder.one("MatMul", {state[0], direction.r}));
  ValueId sum = WALLE_TRY(builder.one("Add", {wx, rh}));
  if (direction.r_bias != kNoValue) sum = WALLE_TRY(builder.one("Add", {sum, direction.r_bias}));
  const ValueId limited = WALLE_TRY(rules::clipped(builder, recurrent, sum));
  return rules::State{WALLE_TRY(rules::activate(node, builder, recurrent.activations[direction.index], limited))};
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  return rules::over_time(node, builder, 1, 1, {"Tanh"}, cell);
}

}  // namespace

extern const OpDef kRnn = {.name = "RNN",
                           .formula = "h' = tanh(W x + R h + b)",
                           .op_class = OpClass::composite,
                           .operands = {3, 6},
                           .results = {1, 2},
                           .attributes = rules::kRecurrentAttributes,
                           .infer = infer,
                           .decompose = decompose};

}  // namespace walle::ops
