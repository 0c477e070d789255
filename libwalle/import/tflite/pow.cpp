#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kPow;
const TranslationDef kPow = {.code = schema::BuiltinOperator::POW, .op = "Pow", .translate = rules::binary};

}  // namespace walle::import::tflite
