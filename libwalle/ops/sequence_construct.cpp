#include "libwalle/ops/rules/containers.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  context.set_container(0, graph::ValueKind::sequence, node.value(0).dtype);
  return {};
}

rules::Values carry_out(const NodeView& node, std::span<const engine::AnyValue> operands, graph::BlockRunner&) {
  std::vector<engine::Tensor> elements;
  for (size_t i = 0; i < operands.size(); ++i) elements.push_back(WALLE_TRY(rules::tensor_at(node, operands, i)));
  const DType dtype = elements[0].dtype();
  return rules::one_sequence(node, dtype, std::move(elements));
}

}  // namespace

extern const OpDef kSequenceConstruct = {.name = "SequenceConstruct",
                                         .formula = "y = [x_0, x_1, …]",
                                         .op_class = OpClass::container,
                                         .operands = {1, -1},
                                         .results = {1, 1},
                                         .infer = infer,
                                         .carry_out = carry_out};

}  // namespace walle::ops
