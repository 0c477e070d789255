#include "libwalle/ops/rules/containers.h"

namespace walle::ops {
namespace {

using graph::ValueKind;

Status infer(const NodeView& node, InferContext& context) {
  const graph::Value& value = node.value(0);
  if (value.kind == ValueKind::sequence || value.kind == ValueKind::optional_sequence) {
    context.set_container(0, ValueKind::sequence, value.dtype);
  } else if (value.shape) {
    context.set(0, WALLE_TRY(node.dtype(0)), *value.shape);
  } else {
    context.set_unknown_shape(0, WALLE_TRY(node.dtype(0)));
  }
  return {};
}

rules::Values carry_out(const NodeView& node, std::span<const engine::AnyValue> operands, graph::BlockRunner&) {
  if (operands.empty() || operands[0].absent())
    return node.fail(ErrorCode::invalid_argument, "the optional has no element; ask OptionalHasElement first");
  return std::vector<engine::AnyValue>{operands[0]};
}

}  // namespace

extern const OpDef kOptionalGetElement = {.name = "OptionalGetElement",
                                          .formula = "y = the element of x",
                                          .op_class = OpClass::container,
                                          .operands = {1, 1},
                                          .results = {1, 1},
                                          .infer = infer,
                                          .carry_out = carry_out};

}  // namespace walle::ops
