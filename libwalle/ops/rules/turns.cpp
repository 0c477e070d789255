#include "libwalle/ops/rules/turns.h"

#include "libwalle/ops/rules/build.h"

namespace walle::ops::rules {
namespace {

/// An input of the body of the type of `outer`.
ValueId input_like(graph::Graph& body, const graph::Value& outer) {
  const ValueId id = body.add_value({.name = outer.name, .dtype = outer.dtype, .shape = outer.shape});
  body.inputs.push_back(id);
  return id;
}

}  // namespace

Result<TurnOutputs> repeat(GraphBuilder& builder, int64_t turns, const std::vector<ValueId>& carried,
                           const std::vector<ValueId>& captured, const Turn& turn) {
  auto body = std::make_unique<graph::Graph>();
  body->symbols = builder.graph().symbols;
  GraphBuilder inner(*body, builder.table(), builder.prefix() + "/body");
  TurnInputs inputs;
  inputs.turn = input_like(*body, {.name = "turn", .dtype = DType::i64, .shape = Shape{}});
  input_like(*body, {.name = "goes_on", .dtype = DType::boolean, .shape = Shape{}});
  for (const ValueId id : carried) inputs.carried.push_back(input_like(*body, builder.value(id)));
  std::vector<ValueId> operands = {builder.scalar(DType::i64, static_cast<double>(turns)), kNoValue};
  operands.insert(operands.end(), carried.begin(), carried.end());
  const size_t fixed = operands.size();
  for (const ValueId id : captured) {
    const auto& constant = id == kNoValue ? std::nullopt : builder.value(id).constant;
    if (id == kNoValue || constant) {
      inputs.captured.push_back(id == kNoValue ? kNoValue : inner.constant(*constant));
      continue;
    }
    inputs.captured.push_back(input_like(*body, builder.value(id)));
    operands.push_back(id);
  }
  TurnOutputs made = WALLE_TRY(turn(inner, inputs));
  body->outputs = {inner.constant(engine::Tensor::scalar(true))};
  body->outputs.insert(body->outputs.end(), made.carried.begin(), made.carried.end());
  body->outputs.insert(body->outputs.end(), made.rows.begin(), made.rows.end());
  const size_t results = made.carried.size() + made.rows.size();
  graph::Attributes attributes = {{"carried", static_cast<int64_t>(carried.size())},
                                  {"captures", static_cast<int64_t>(operands.size() - fixed)}};
  std::vector<std::unique_ptr<graph::Graph>> blocks;
  blocks.push_back(std::move(body));
  const auto values =
      WALLE_TRY(builder.op("Loop", std::move(operands), std::move(attributes), results, std::move(blocks)));
  const auto rows = values.begin() + static_cast<std::ptrdiff_t>(made.carried.size());
  return TurnOutputs{{values.begin(), rows}, {rows, values.end()}};
}

Result<ValueId> row_at(GraphBuilder& builder, ValueId x, size_t axis, ValueId at, bool backwards) {
  if (backwards) {
    const Ints dims = WALLE_TRY(builder.dims(x));
    const ValueId last = builder.scalar(DType::i64, static_cast<double>(dims[axis] - 1));
    at = WALLE_TRY(builder.one("Sub", {last, at}));
  }
  return builder.one("Gather", {x, at}, {{"axis", static_cast<int64_t>(axis)}});
}

Result<ValueId> reversed(GraphBuilder& builder, ValueId x) {
  const auto list = [&](int64_t number) { return builder.ints(Ints{number}); };
  return builder.one("Slice", {x, list(-1), list(INT64_MIN), list(0), list(-1)});
}

}  // namespace walle::ops::rules
