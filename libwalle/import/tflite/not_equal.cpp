#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const ValueId a = WALLE_TRY(op.real(0));
  const ValueId equal = WALLE_TRY(op.builder().one("Equal", {a, WALLE_TRY(op.real(1))}));
  return one(op.builder().one("Not", {equal}));
}

}  // namespace

extern const TranslationDef kNotEqual;
const TranslationDef kNotEqual = {.code = schema::BuiltinOperator::NOT_EQUAL, .translate = translate};

}  // namespace walle::import::tflite
