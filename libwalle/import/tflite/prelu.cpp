#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kPrelu;
const TranslationDef kPrelu = {.code = schema::BuiltinOperator::PRELU, .op = "PRelu", .translate = rules::binary};

}  // namespace walle::import::tflite
