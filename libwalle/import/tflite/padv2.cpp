#include "libwalle/import/tflite/rules/move.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const auto operands = WALLE_TRY(rules::movable(op, {0, 2}));
  const Ints paddings = WALLE_TRY(rules::paddings(op, 1, WALLE_TRY(op.rank(operands[0]))));
  const ValueId value = WALLE_TRY(make::reshape(op.builder(), operands[1], Ints{}));
  return one(rules::padded(op, operands[0], paddings, value));
}

}  // namespace

extern const TranslationDef kPadv2;
const TranslationDef kPadv2 = {.code = schema::BuiltinOperator::PADV2, .translate = translate};

}  // namespace walle::import::tflite
