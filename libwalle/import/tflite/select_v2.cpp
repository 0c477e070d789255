#include "libwalle/import/tflite/rules/move.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const auto operands = WALLE_TRY(rules::movable(op, {1, 2}));
  return one(op.builder().one("Where", {WALLE_TRY(op.stored(0)), operands[0], operands[1]}));
}

}  // namespace

extern const TranslationDef kSelectV2;
const TranslationDef kSelectV2 = {.code = schema::BuiltinOperator::SELECT_V2, .translate = translate};

}  // namespace walle::import::tflite
