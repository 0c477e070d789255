#include "libwalle/ops/rules/containers.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  context.set_unknown_shape(0, WALLE_TRY(node.dtype(0)));
  return {};
}

rules::Values carry_out(const NodeView& node, std::span<const engine::AnyValue> operands, graph::BlockRunner&) {
  const auto elements = WALLE_TRY(rules::elements_at(node, operands, 0));
  return std::vector<engine::AnyValue>{elements[WALLE_TRY(rules::position_at(node, operands, 1, elements.size(), 0))]};
}

}  // namespace

extern const OpDef kSequenceAt = {.name = "SequenceAt",
                                  .formula = "y = s[position]",
                                  .op_class = OpClass::container,
                                  .operands = {2, 2},
                                  .results = {1, 1},
                                  .infer = infer,
                                  .carry_out = carry_out};

}  // namespace walle::ops
