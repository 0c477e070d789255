#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kMaximum;
const TranslationDef kMaximum = {.code = schema::BuiltinOperator::MAXIMUM, .op = "Max", .translate = rules::binary};

}  // namespace walle::import::tflite
