#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kGreaterEqual;
const TranslationDef kGreaterEqual = {
    .code = schema::BuiltinOperator::GREATER_EQUAL, .op = "GreaterOrEqual", .translate = rules::binary};

}  // namespace walle::import::tflite
