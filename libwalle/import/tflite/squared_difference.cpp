#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const ValueId a = WALLE_TRY(op.real(0));
  const ValueId difference = WALLE_TRY(op.builder().one("Sub", {a, WALLE_TRY(op.real(1))}));
  return one(op.builder().one("Mul", {difference, difference}));
}

}  // namespace

extern const TranslationDef kSquaredDifference;
const TranslationDef kSquaredDifference = {.code = schema::BuiltinOperator::SQUARED_DIFFERENCE, .translate = translate};

}  // namespace walle::import::tflite
