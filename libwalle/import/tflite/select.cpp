#include "libwalle/import/tflite/rules/move.h"

namespace walle::import::tflite {
namespace {

// A condition that is a vector picks rows.
Translated translate(Operation& op) {
  ValueId condition = WALLE_TRY(op.stored(0));
  const auto operands = WALLE_TRY(rules::movable(op, {1, 2}));
  const size_t rank = WALLE_TRY(op.rank(operands[0]));
  if (WALLE_TRY(op.rank(condition)) == 1 && rank > 1)
    condition = WALLE_TRY(make::per_axis(op.builder(), condition, rank, 0));
  return one(op.builder().one("Where", {condition, operands[0], operands[1]}));
}

}  // namespace

extern const TranslationDef kSelect;
const TranslationDef kSelect = {.code = schema::BuiltinOperator::SELECT, .translate = translate};

}  // namespace walle::import::tflite
