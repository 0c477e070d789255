#include <limits>

#include "libwalle/import/tflite/rules/control.h"

namespace walle::import::tflite {
namespace {

/// The one boolean that the condition's subgraph makes of the loop's values.
Result<ValueId> condition(Operation& op, int64_t subgraph, graph::Graph& graph, std::vector<ValueId> values) {
  const auto made = WALLE_TRY(op.around().call(subgraph, graph, std::move(values)));
  if (made.size() != 1 || graph.value(made[0]).dtype != DType::boolean)
    return Operation::fail(ErrorCode::invalid_argument, "its condition is not one boolean");
  GraphBuilder builder(graph, op.builder().table(), op.name() + "/condition");
  return make::reshape(builder, made[0], Ints{});
}

// Both subgraphs take all values; the graph's loop asks for the next condition at the end of its body.
Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::WhileOptions>());
  GraphBuilder& b = op.builder();
  std::vector<ValueId> values;
  for (size_t i = 0; i < op.input_count(); ++i) values.push_back(WALLE_TRY(op.stored(i)));
  if (op.output_count() != values.size() || values.empty())
    return Operation::fail(ErrorCode::invalid_argument, "has not as many results as inputs");
  const int64_t ask = options->cond_subgraph_index();
  auto body = WALLE_TRY(op.around().block(options->body_subgraph_index(),
                                          {{.name = "turn", .dtype = DType::i64, .shape = graph::Shape()},
                                           {.name = "goes_on", .dtype = DType::boolean, .shape = graph::Shape()}}));
  const std::vector<ValueId> carried(body->inputs.begin() + 2, body->inputs.end());
  auto next = WALLE_TRY(op.around().call(options->body_subgraph_index(), *body, carried));
  if (next.size() != values.size() || carried.size() != values.size())
    return Operation::fail(ErrorCode::invalid_argument, "its body has another number of values");
  next.insert(next.begin(), WALLE_TRY(condition(op, ask, *body, next)));
  body->outputs = std::move(next);
  const ValueId begins = WALLE_TRY(condition(op, ask, b.graph(), values));
  const ValueId turns = b.scalar(DType::i64, static_cast<double>(std::numeric_limits<int32_t>::max()));
  rules::ControlNode node{.op = "Loop",
                          .operands = {turns, begins},
                          .attributes = {{"carried", static_cast<int64_t>(values.size())}, {"captures", int64_t{0}}},
                          .results = values.size()};
  node.operands.insert(node.operands.end(), values.begin(), values.end());
  node.blocks.push_back(std::move(body));
  return rules::control(op, std::move(node));
}

}  // namespace

extern const TranslationDef kWhile;
const TranslationDef kWhile = {.code = schema::BuiltinOperator::WHILE, .translate = translate};

}  // namespace walle::import::tflite
