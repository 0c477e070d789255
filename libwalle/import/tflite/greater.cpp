#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kGreater;
const TranslationDef kGreater = {.code = schema::BuiltinOperator::GREATER, .op = "Greater", .translate = rules::binary};

}  // namespace walle::import::tflite
