#include "libwalle/ops/rules/containers.h"

namespace walle::ops {
namespace {

using graph::ValueKind;

/// The attribute `type` as the importer writes it: "f32" or "sequence f32".
Status infer(const NodeView& node, InferContext& context) {
  if (node.has(0)) {
    const bool sequence = node.value(0).kind == ValueKind::sequence;
    context.set_container(0, sequence ? ValueKind::optional_sequence : ValueKind::optional, node.value(0).dtype);
    return {};
  }
  constexpr std::string_view kSequence = "sequence ";
  std::string type = WALLE_TRY(node.attribute_string("type", ""));
  const bool sequence = type.starts_with(kSequence);
  if (sequence) type = type.substr(kSequence.size());
  context.set_container(0, sequence ? ValueKind::optional_sequence : ValueKind::optional, dtype_from(type));
  return {};
}

rules::Values carry_out(const NodeView&, std::span<const engine::AnyValue> operands, graph::BlockRunner&) {
  return std::vector<engine::AnyValue>{operands.empty() ? engine::AnyValue() : operands[0]};
}

}  // namespace

extern const OpDef kOptional = {.name = "Optional",
                                .formula = "y = x, or nothing",
                                .op_class = OpClass::container,
                                .operands = {0, 1},
                                .results = {1, 1},
                                .attributes = "type:string?",
                                .infer = infer,
                                .carry_out = carry_out};

}  // namespace walle::ops
