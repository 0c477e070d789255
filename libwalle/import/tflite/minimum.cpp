#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kMinimum;
const TranslationDef kMinimum = {.code = schema::BuiltinOperator::MINIMUM, .op = "Min", .translate = rules::binary};

}  // namespace walle::import::tflite
