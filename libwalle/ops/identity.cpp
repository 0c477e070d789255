#include "libwalle/ops/rules/known.h"
#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  WALLE_TRY(rules::infer_same(node, context));
  if (node.value(0).shape) rules::pass_known(node, context, node.value(0).shape->size());
  return {};
}

}  // namespace

extern const OpDef kIdentity = {.name = "Identity",
                                .formula = "y = x",
                                .op_class = OpClass::transform,
                                .operands = {1, 1},
                                .results = {1, 1},
                                .infer = infer,
                                .regions = rules::same_order};

}  // namespace walle::ops
