#include "libwalle/import/tflite/rules/move.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const ValueId value = WALLE_TRY(rules::movable(op, 1));
  return one(op.builder().one("Expand", {value, WALLE_TRY(op.index(0))}));
}

}  // namespace

extern const TranslationDef kFill;
const TranslationDef kFill = {.code = schema::BuiltinOperator::FILL, .translate = translate};

}  // namespace walle::import::tflite
