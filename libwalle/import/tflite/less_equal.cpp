#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kLessEqual;
const TranslationDef kLessEqual = {
    .code = schema::BuiltinOperator::LESS_EQUAL, .op = "LessOrEqual", .translate = rules::binary};

}  // namespace walle::import::tflite
