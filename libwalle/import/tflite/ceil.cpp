#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kCeil;
const TranslationDef kCeil = {.code = schema::BuiltinOperator::CEIL, .op = "Ceil", .translate = rules::unary};

}  // namespace walle::import::tflite
