#include "libwalle/ops/rules/containers.h"

namespace walle::ops {
namespace {

using graph::ValueKind;

/// How many operands are the node's own; captures follow.
Result<size_t> own_operands(const NodeView& node) {
  const int64_t captures = WALLE_TRY(node.attribute_int("captures", 0));
  const auto operands = static_cast<int64_t>(node.operand_count());
  if (captures < 0 || captures >= operands) return node.fail(ErrorCode::invalid_argument, "has no operands of its own");
  return static_cast<size_t>(operands - captures);
}

Status infer(const NodeView& node, InferContext& context) {
  const size_t own = WALLE_TRY(own_operands(node));
  if (node.node().blocks.size() != 1) return node.fail(ErrorCode::invalid_argument, "needs one body");
  std::vector<graph::Value> inputs;
  for (size_t i = 0; i < node.operand_count(); ++i) {
    if (!node.has(i)) return node.fail(ErrorCode::invalid_argument, "an operand is missing");
    graph::Value value = node.value(i);
    if (i < own && value.kind == ValueKind::sequence) {
      value.kind = ValueKind::tensor;
      value.shape.reset();
    }
    inputs.push_back(std::move(value));
  }
  const auto outputs = WALLE_TRY(context.infer_block(0, inputs));
  if (outputs.size() < node.result_count())
    return node.fail(ErrorCode::invalid_argument, "the body has fewer outputs than the node has results");
  for (size_t i = 0; i < node.result_count(); ++i) context.set_container(i, ValueKind::sequence, outputs[i].dtype);
  return {};
}

/// The body's inputs of one turn: one element of each sequence, tensors as they are, captures.
rules::Values inputs_of(const NodeView& node, std::span<const engine::AnyValue> operands, size_t own, size_t turn) {
  std::vector<engine::AnyValue> inputs(operands.begin(), operands.end());
  for (size_t i = 0; i < own; ++i) {
    if (!operands[i].is_sequence()) continue;
    if (turn >= operands[i].elements().size())
      return node.fail(ErrorCode::invalid_argument, "its sequences differ in length");
    inputs[i] = operands[i].elements()[turn];
  }
  return inputs;
}

rules::Values carry_out(const NodeView& node, std::span<const engine::AnyValue> operands, graph::BlockRunner& blocks) {
  const size_t own = WALLE_TRY(own_operands(node));
  const size_t length = WALLE_TRY(rules::elements_at(node, operands, 0)).size();
  std::vector<std::vector<engine::Tensor>> made(node.result_count());
  for (size_t turn = 0; turn < length; ++turn) {
    const auto outputs = WALLE_TRY(blocks.run(0, WALLE_TRY(inputs_of(node, operands, own, turn))));
    for (size_t i = 0; i < made.size(); ++i) {
      made[i].push_back(WALLE_TRY(rules::tensor_at(node, outputs, i)));
      WALLE_TRY(blocks.hold(made[i].back().bytes()));
    }
  }
  std::vector<engine::AnyValue> results;
  for (size_t i = 0; i < made.size(); ++i) {
    const DType dtype = length > 0 ? made[i][0].dtype() : node.result(i).dtype.value_or(operands[0].dtype());
    results.push_back(WALLE_TRY(rules::one_sequence(node, dtype, std::move(made[i])))[0]);
  }
  return results;
}

}  // namespace

extern const OpDef kSequenceMap = {.name = "SequenceMap",
                                   .formula = "y = [body(s[0], …), body(s[1], …), …]",
                                   .op_class = OpClass::control,
                                   .operands = {1, -1},
                                   .results = {1, -1},
                                   .attributes = "captures:int(0..16777216)=0",
                                   .infer = infer,
                                   .carry_out = carry_out};

}  // namespace walle::ops
