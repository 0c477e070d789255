#include "libwalle/import/tflite/rules/move.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const ValueId x = WALLE_TRY(op.stored(0));
  const Ints paddings = WALLE_TRY(rules::paddings(op, 1, WALLE_TRY(op.rank(x))));
  return one(rules::padded(op, x, paddings, rules::stored_zero(op, x, op.input(0))));
}

}  // namespace

extern const TranslationDef kPad;
const TranslationDef kPad = {.code = schema::BuiltinOperator::PAD, .translate = translate};

}  // namespace walle::import::tflite
