#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/types.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  WALLE_TRY(node.dtype(0));
  const DType dtype = WALLE_TRY(node.dtype(1));
  if (node.value(0).shape) {
    context.set(0, dtype, *node.value(0).shape);
  } else {
    context.set_unknown_shape(0, dtype);
  }
  return {};
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  Attributes attributes = node.node().attributes;  // how it rounds and saturates
  attributes["to"] = rules::onnx_type(WALLE_TRY(node.dtype(1)));
  return rules::replaced(builder.one("Cast", {node.operand(0)}, std::move(attributes)));
}

}  // namespace

extern const OpDef kCastLike = {.name = "CastLike",
                                .formula = "y = x as the type of the second operand",
                                .op_class = OpClass::composite,
                                .operands = {2, 2},
                                .results = {1, 1},
                                .attributes = "saturate:int=1, round_mode:string=up",
                                .infer = infer,
                                .decompose = decompose};

}  // namespace walle::ops
