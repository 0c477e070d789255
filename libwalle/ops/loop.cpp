#include <algorithm>

#include "libwalle/ops/rules/containers.h"
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
  if (before.kind != graph::ValueKind::tensor || after.kind != graph::ValueKind::tensor) return false;
  if (!after.dtype || !before.dtype) {
    const bool changed = before.shape.has_value();
    before.shape.reset();
    return changed;
  }
  if (after.dtype != before.dtype)
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
  if (value.kind != graph::ValueKind::tensor) {
    context.set_container(result, value.kind, value.dtype);
    return;
  }
  if (!value.dtype) {
    context.set_unknown(result);
    return;
  }
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
    set_result(context, i, value, i >= carried, turns);
  }
  return {};
}

/// What a loop that is carried out holds between two turns.
struct State {
  bool goes_on = true;
  std::vector<engine::AnyValue> carried;
  std::vector<std::vector<engine::Tensor>> scanned;  ///< rows, by scanned output
};

Status take_outputs(const NodeView& node, std::vector<engine::AnyValue> outputs, State& state,
                    graph::BlockRunner& blocks) {
  const size_t carried = state.carried.size();
  if (outputs.size() < 1 + carried) return node.fail(ErrorCode::invalid_argument, "the body has too few outputs");
  state.goes_on = WALLE_TRY(rules::integer_at(node, outputs, 0, 1)) != 0;
  for (size_t i = 0; i < carried; ++i) state.carried[i] = std::move(outputs[1 + i]);
  state.scanned.resize(outputs.size() - 1 - carried);
  for (size_t i = 0; i < state.scanned.size(); ++i) {
    state.scanned[i].push_back(WALLE_TRY(rules::tensor_at(node, outputs, 1 + carried + i)));
    WALLE_TRY(blocks.hold(state.scanned[i].back().bytes()));
  }
  return {};
}

rules::Values carry_out(const NodeView& node, std::span<const engine::AnyValue> operands, graph::BlockRunner& blocks) {
  const auto carried = static_cast<size_t>(std::max<int64_t>(0, WALLE_TRY(node.attribute_int("carried", 0))));
  if (operands.size() < 2 + carried) return node.fail(ErrorCode::invalid_argument, "a carried value is missing");
  const int64_t trips = WALLE_TRY(rules::integer_at(node, operands, 0, INT64_MAX));
  State state;
  state.goes_on = WALLE_TRY(rules::integer_at(node, operands, 1, 1)) != 0;
  state.carried.assign(operands.begin() + 2, operands.begin() + 2 + static_cast<std::ptrdiff_t>(carried));
  for (int64_t turn = 0; turn < trips && state.goes_on; ++turn) {
    if (turn == rules::kMostTurns)
      return node.fail(ErrorCode::resource_exhausted, "it has more than " + std::to_string(turn) + " turns");
    std::vector<engine::AnyValue> inputs = {engine::Tensor::scalar(turn), engine::Tensor::scalar(true)};
    inputs.insert(inputs.end(), state.carried.begin(), state.carried.end());
    inputs.insert(inputs.end(), operands.begin() + 2 + static_cast<std::ptrdiff_t>(carried), operands.end());
    WALLE_TRY(take_outputs(node, WALLE_TRY(blocks.run(0, std::move(inputs))), state, blocks));
  }
  std::vector<engine::AnyValue> results = std::move(state.carried);
  for (size_t i = carried; i < node.result_count(); ++i) {
    const bool none = state.scanned.size() <= i - carried;
    results.emplace_back(
        WALLE_TRY(none ? rules::no_rows(node, i, 0) : rules::stack(node, state.scanned[i - carried], 0)));
  }
  return results;
}

}  // namespace

extern const OpDef kLoop = {
    .name = "Loop",
    .formula = "for (i = 0; i < trips and c; ++i) (c, v…, s_i…) = body(i, c, v…); y = v…, [s_0, s_1, …]…",
    .op_class = OpClass::control,
    .operands = {0, -1},  // trip count and condition may both be left out
    .results = {1, -1},
    .attributes = "captures:int(0..16777216)=0, carried:int(0..16777216)=0",
    .infer = infer,
    .carry_out = carry_out};

}  // namespace walle::ops
