#include "libwalle/import/tflite/rules/control.h"

namespace walle::import::tflite {
namespace {

// Input 0 is the condition; both subgraphs take the others.
Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::IfOptions>());
  GraphBuilder& b = op.builder();
  rules::ControlNode node{.op = "If", .results = op.output_count()};
  node.operands.push_back(WALLE_TRY(make::reshape(b, WALLE_TRY(op.stored(0)), Ints{})));
  for (size_t i = 1; i < op.input_count(); ++i) node.operands.push_back(WALLE_TRY(op.stored(i)));
  node.attributes["captures"] = static_cast<int64_t>(op.input_count()) - 1;
  for (const int64_t index : {options->then_subgraph_index(), options->else_subgraph_index()}) {
    auto block = WALLE_TRY(op.around().block(index, {}));
    if (block->inputs.size() + 1 != op.input_count())
      return Operation::fail(ErrorCode::invalid_argument, "a branch takes another number of inputs");
    block->outputs = WALLE_TRY(op.around().call(index, *block, block->inputs));
    if (block->outputs.size() != op.output_count())
      return Operation::fail(ErrorCode::invalid_argument, "a branch has another number of results");
    node.blocks.push_back(std::move(block));
  }
  return rules::control(op, std::move(node));
}

}  // namespace

extern const TranslationDef kIf;
const TranslationDef kIf = {.code = schema::BuiltinOperator::IF, .translate = translate};

}  // namespace walle::import::tflite
