#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kLess;
const TranslationDef kLess = {.code = schema::BuiltinOperator::LESS, .op = "Less", .translate = rules::binary};

}  // namespace walle::import::tflite
