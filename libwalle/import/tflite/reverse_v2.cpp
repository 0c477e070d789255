#include "libwalle/import/tflite/rules/move.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const ValueId x = WALLE_TRY(rules::movable(op, 0));
  return one(rules::reversed(op, x, WALLE_TRY(op.ints(1))));
}

}  // namespace

extern const TranslationDef kReverseV2;
const TranslationDef kReverseV2 = {.code = schema::BuiltinOperator::REVERSE_V2, .translate = translate};

}  // namespace walle::import::tflite
