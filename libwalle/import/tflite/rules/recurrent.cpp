#include "libwalle/import/tflite/rules/recurrent.h"

#include "libwalle/import/tflite/rules/control.h"
#include "libwalle/import/tflite/rules/move.h"

namespace walle::import::tflite::rules {

Translated run_cell(Operation& op, const Sequence& sequence, const Cell& cell) {
  GraphBuilder& b = op.builder();
  auto body = empty_block(b);
  const auto add = [&](graph::Value value) {
    const ValueId id = body->add_value(std::move(value));
    body->inputs.push_back(id);
    return id;
  };
  std::vector<ValueId> states, captured;
  for (const ValueId id : sequence.states) states.push_back(add(like(b, id, "state_" + std::to_string(states.size()))));
  graph::Value row = like(b, sequence.x, "x");
  if (row.shape && !row.shape->empty()) row.shape->erase(row.shape->begin());
  const ValueId x = add(std::move(row));
  for (const ValueId id : sequence.captures)
    captured.push_back(add(like(b, id, "weight_" + std::to_string(captured.size()))));
  GraphBuilder inner(*body, b.table(), "step");
  body->outputs = WALLE_TRY(cell(inner, states, x, captured));
  const int64_t direction = sequence.backward ? 1 : 0;
  ControlNode node{.op = "Scan",
                   .operands = sequence.states,
                   .attributes = {{"num_scan_inputs", int64_t{1}},
                                  {"captures", static_cast<int64_t>(sequence.captures.size())},
                                  {"scan_input_directions", Ints{direction}},
                                  {"scan_output_directions", Ints{direction}}},
                   .results = body->outputs.size()};
  node.operands.push_back(sequence.x);
  node.operands.insert(node.operands.end(), sequence.captures.begin(), sequence.captures.end());
  node.blocks.push_back(std::move(body));
  return control(op, std::move(node));
}

Result<ValueId> sequence_of(Operation& op, bool time_major) {
  const ValueId x = WALLE_TRY(op.real(0));
  const size_t rank = WALLE_TRY(op.rank(x));
  if (rank == 2) return unsqueezed(op, x, {0});
  if (rank != 3) return Operation::fail(ErrorCode::invalid_argument, "needs a sequence of two or three axes");
  return time_major ? Result<ValueId>(x) : make::transpose(op.builder(), x, {1, 0, 2});
}

Result<ValueId> as_layer(Operation& op, ValueId y, bool time_major) {
  if (WALLE_TRY(op.rank(WALLE_TRY(op.stored(0)))) == 2) return squeezed(op, y, {0});
  return time_major ? Result<ValueId>(y) : make::transpose(op.builder(), y, {1, 0, 2});
}

Result<ValueId> run_simple(Operation& op, ValueId x, const SimpleInputs& inputs,
                           schema::ActivationFunctionType activation, bool backward) {
  GraphBuilder& b = op.builder();
  // What does not depend on the state is one product for all steps.
  ValueId all = WALLE_TRY(b.one("MatMul", {x, WALLE_TRY(op.real(inputs.weight, {1, 0}))}));
  if (op.has(inputs.bias)) all = WALLE_TRY(b.one("Add", {all, WALLE_TRY(op.real(inputs.bias))}));
  const ValueId state = WALLE_TRY(op.real(inputs.state));
  const ValueId recurrent = WALLE_TRY(op.real(inputs.recurrent, {1, 0}));
  const Sequence sequence = {.x = all, .states = {state}, .captures = {recurrent}, .backward = backward};
  const Cell cell = [&](GraphBuilder& step, std::span<const ValueId> states, ValueId row,
                        std::span<const ValueId> captured) -> Translated {
    const ValueId sum = WALLE_TRY(step.one("Add", {row, WALLE_TRY(step.one("MatMul", {states[0], captured[0]}))}));
    const ValueId h = WALLE_TRY(activated(step, sum, activation));
    return std::vector{h, h};
  };
  const auto made = WALLE_TRY(run_cell(op, sequence, cell));
  WALLE_TRY(op.set_state(inputs.state, made[0]));
  return made[1];
}

}  // namespace walle::import::tflite::rules
