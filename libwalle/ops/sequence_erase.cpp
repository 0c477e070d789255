#include "libwalle/ops/rules/containers.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  context.set_container(0, graph::ValueKind::sequence, node.value(0).dtype);
  return {};
}

rules::Values carry_out(const NodeView& node, std::span<const engine::AnyValue> operands, graph::BlockRunner&) {
  const auto given = WALLE_TRY(rules::elements_at(node, operands, 0));
  const size_t last = given.empty() ? 0 : given.size() - 1;
  const auto at = WALLE_TRY(rules::position_at(node, operands, 1, given.size(), last));
  std::vector<engine::Tensor> elements(given.begin(), given.end());
  elements.erase(elements.begin() + static_cast<std::ptrdiff_t>(at));
  return rules::one_sequence(node, operands[0].dtype(), std::move(elements));
}

}  // namespace

extern const OpDef kSequenceErase = {.name = "SequenceErase",
                                     .formula = "y = s without s[position] (none: the last)",
                                     .op_class = OpClass::container,
                                     .operands = {1, 2},
                                     .results = {1, 1},
                                     .infer = infer,
                                     .carry_out = carry_out};

}  // namespace walle::ops
