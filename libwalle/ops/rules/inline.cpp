#include "libwalle/ops/rules/inline.h"

namespace walle::ops::rules {

Result<std::vector<ValueId>> inline_block(const NodeView& node, GraphBuilder& builder, size_t block,
                                          std::span<const ValueId> inputs) {
  const graph::Graph& body = *node.node().blocks[block];
  std::vector<ValueId> made(body.values.size(), kNoValue);
  if (inputs.size() != body.inputs.size())
    return node.fail(ErrorCode::invalid_argument, "the body takes another number of inputs");
  for (size_t i = 0; i < inputs.size(); ++i) made[static_cast<size_t>(body.inputs[i])] = inputs[i];
  const auto value_of = [&](ValueId id) {
    if (id == kNoValue) return kNoValue;
    ValueId& known = made[static_cast<size_t>(id)];
    if (known == kNoValue && body.value(id).constant) known = builder.constant(*body.value(id).constant);
    return known;
  };
  for (const Node& inner : body.nodes) {
    if (!inner.blocks.empty()) return node.fail(ErrorCode::unsupported, "the body has blocks of its own");
    std::vector<ValueId> operands;
    for (const ValueId id : inner.operands) operands.push_back(value_of(id));
    const auto results =
        WALLE_TRY(builder.op(inner.op->name, std::move(operands), inner.attributes, inner.results.size()));
    for (size_t i = 0; i < results.size(); ++i) {
      if (inner.results[i] != kNoValue) made[static_cast<size_t>(inner.results[i])] = results[i];
    }
  }
  std::vector<ValueId> outputs;
  for (const ValueId id : body.outputs) outputs.push_back(value_of(id));
  return outputs;
}

}  // namespace walle::ops::rules
