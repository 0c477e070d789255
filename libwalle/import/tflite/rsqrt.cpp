#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

// y = 1 / √x.
Translated translate(Operation& op) {
  return one(op.builder().one("Reciprocal", {WALLE_TRY(op.builder().one("Sqrt", {WALLE_TRY(op.real(0))}))}));
}

}  // namespace

extern const TranslationDef kRsqrt;
const TranslationDef kRsqrt = {.code = schema::BuiltinOperator::RSQRT, .translate = translate};

}  // namespace walle::import::tflite
