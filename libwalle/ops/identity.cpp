#include "libwalle/ops/rules/containers.h"
#include "libwalle/ops/rules/known.h"
#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  const graph::Value& x = node.value(0);
  if (x.kind != graph::ValueKind::tensor) {
    context.set_container(0, x.kind, x.dtype);
    return {};
  }
  WALLE_TRY(rules::infer_same(node, context));
  if (node.value(0).shape) rules::pass_known(node, context, node.value(0).shape->size());
  return {};
}

rules::Values carry_out(const NodeView&, std::span<const engine::AnyValue> operands, graph::BlockRunner&) {
  return std::vector<engine::AnyValue>{operands[0]};
}

}  // namespace

extern const OpDef kIdentity = {.name = "Identity",
                                .formula = "y = x",
                                .op_class = OpClass::transform,
                                .operands = {1, 1},
                                .results = {1, 1},
                                .infer = infer,
                                .regions = rules::same_order,
                                .carry_out = carry_out};

}  // namespace walle::ops
