#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kEqual;
const TranslationDef kEqual = {.code = schema::BuiltinOperator::EQUAL, .op = "Equal", .translate = rules::binary};

}  // namespace walle::import::tflite
