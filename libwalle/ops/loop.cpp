#include <algorithm>

#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

graph::Value typed(DType dtype, Shape shape) {
  graph::Value value;
  value.dtype = dtype;
  value.shape = std::move(shape);
  return value;
}

/// The types of a carried value before and after a turn, joined: dimensions that change become fresh symbols.
Result<bool> widen(const NodeView& node, InferContext& context, graph::Value& before, const graph::Value& after) {
  if (!after.dtype || after.dtype != before.dtype)
    return node.fail(ErrorCode::invalid_argument, "a carried value changes its type in the body");
  if (!before.shape) return false;
  if (!after.shape || after.shape->size() != before.shape->size()) {
    before.shape.reset();
    return true;
  }
  bool changed = false;
  for (size_t i = 0; i < before.shape->size(); ++i) {
    if ((*before.shape)[i] == (*after.shape)[i]) continue;
    (*before.shape)[i] = context.fresh("carried");
    changed = true;
  }
  return changed;
}

/// A condition that is known to be true.
bool holds(const graph::Value& value) {
  if (value.constant && value.constant->count() == 1) return *static_cast<const uint8_t*>(value.constant->data()) != 0;
  return value.known && value.known->size() == 1 && (*value.known)[0].known() && (*value.known)[0].value() != 0;
}

/// The body's inputs: iteration, condition, carried values, captures.
Result<std::vector<graph::Value>> body_inputs(const NodeView& node) {
  std::vector<graph::Value> inputs = {typed(DType::i64, {}), typed(DType::boolean, {})};
  inputs[1].known = {Dim(1)};  // the body only runs while the condition holds
  for (size_t i = 2; i < node.operand_count(); ++i) {
    if (!node.has(i)) return node.fail(ErrorCode::invalid_argument, "a carried value is missing");
    graph::Value value = node.value(i);
    if (i < 2 + static_cast<size_t>(WALLE_TRY(node.attribute_int("carried", 0)))) value.known.reset();
    inputs.push_back(std::move(value));
  }
  return inputs;
}

void set_result(InferContext& context, size_t result, const graph::Value& value, bool scanned, const Dim& turns) {
  if (!value.shape) {
    context.set_unknown_shape(result, *value.dtype);
    return;
  }
  Shape shape = *value.shape;
  if (scanned) shape.insert(shape.begin(), turns);
  context.set(result, *value.dtype, std::move(shape));
}

Status infer(const NodeView& node, InferContext& context) {
  if (node.node().blocks.size() != 1) return node.fail(ErrorCode::invalid_argument, "needs one body");
  const auto carried = static_cast<size_t>(std::max<int64_t>(0, WALLE_TRY(node.attribute_int("carried", 0))));
  std::vector<graph::Value> inputs = WALLE_TRY(body_inputs(node));
  std::vector<graph::Value> outputs;
  for (int turn = 0; turn < 3; ++turn) {
    outputs = WALLE_TRY(context.infer_block(0, inputs));
    if (outputs.size() < 1 + carried || outputs.size() - 1 < node.result_count())
      return node.fail(ErrorCode::invalid_argument, "the body has fewer outputs than the node has results");
    bool changed = false;
    for (size_t i = 0; i < carried; ++i) {
      const bool widened = WALLE_TRY(widen(node, context, inputs[2 + i], outputs[1 + i]));
      changed = changed || widened;
    }
    if (!changed) break;
  }
  // Without a condition that can stop it, the loop runs `trip count` times.
  const auto trips = node.known(0);
  const bool begins = !node.has(1) || holds(node.value(1));
  const bool fixed = trips && trips->size() == 1 && begins && holds(outputs[0]);
  const Dim turns = fixed ? (*trips)[0] : context.fresh("turns");
  for (size_t i = 0; i < node.result_count(); ++i) {
    const graph::Value& value = i < carried ? inputs[2 + i] : outputs[1 + i];
    if (!value.dtype) return node.fail(ErrorCode::invalid_argument, "an output of the body has no type");
    set_result(context, i, value, i >= carried, turns);
  }
  return {};
}

}  // namespace

extern const OpDef kLoop = {
    .name = "Loop",
    .formula = "for (i = 0; i < trips and c; ++i) (c, v…, s_i…) = body(i, c, v…); y = v…, [s_0, s_1, …]…",
    .op_class = OpClass::control,
    .operands = {0, -1},  // trip count and condition may both be left out
    .results = {1, -1},
    .attributes = "carried:int=0",
    .infer = infer};

}  // namespace walle::ops
