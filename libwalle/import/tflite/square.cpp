#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const ValueId x = WALLE_TRY(op.real(0));
  return one(op.builder().one("Mul", {x, x}));
}

}  // namespace

extern const TranslationDef kSquare;
const TranslationDef kSquare = {.code = schema::BuiltinOperator::SQUARE, .translate = translate};

}  // namespace walle::import::tflite
