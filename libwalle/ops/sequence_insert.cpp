#include "libwalle/ops/rules/containers.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  const auto& dtype = node.value(0).dtype ? node.value(0).dtype : node.value(1).dtype;
  context.set_container(0, graph::ValueKind::sequence, dtype);
  return {};
}

rules::Values carry_out(const NodeView& node, std::span<const engine::AnyValue> operands, graph::BlockRunner&) {
  const auto given = WALLE_TRY(rules::elements_at(node, operands, 0));
  // -1 is before the last element, as in Python: there are as many places as elements, and the end.
  const int64_t end = WALLE_TRY(rules::integer_at(node, operands, 2, static_cast<int64_t>(given.size())));
  const size_t at = end == static_cast<int64_t>(given.size())
                        ? given.size()
                        : WALLE_TRY(rules::position_at(node, operands, 2, given.size(), given.size()));
  std::vector<engine::Tensor> elements(given.begin(), given.end());
  elements.insert(elements.begin() + static_cast<std::ptrdiff_t>(at), WALLE_TRY(rules::tensor_at(node, operands, 1)));
  return rules::one_sequence(node, operands[0].dtype(), std::move(elements));
}

}  // namespace

extern const OpDef kSequenceInsert = {.name = "SequenceInsert",
                                      .formula = "y = s with x before `position` (none: at the end)",
                                      .op_class = OpClass::container,
                                      .operands = {2, 3},
                                      .results = {1, 1},
                                      .infer = infer,
                                      .carry_out = carry_out};

}  // namespace walle::ops
