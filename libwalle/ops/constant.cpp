#include "libwalle/ops/rules/constants.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  const engine::Tensor tensor = WALLE_TRY(rules::constant_tensor(node));
  context.set(0, tensor.dtype(), graph::to_shape(tensor.dims()));
  return {};
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  return rules::replaced(builder.constant(WALLE_TRY(rules::constant_tensor(node))));
}

}  // namespace

extern const OpDef kConstant = {
    .name = "Constant",
    .formula = "y = value",
    .op_class = OpClass::composite,
    .operands = {0, 0},
    .results = {1, 1},
    .attributes = "value:tensor?, value_float:float?, value_floats:floats?, value_int:int?, value_ints:ints?",
    .infer = infer,
    .decompose = decompose};

}  // namespace walle::ops
