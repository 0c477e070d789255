#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kSign;
const TranslationDef kSign = {.code = schema::BuiltinOperator::SIGN, .op = "Sign", .translate = rules::unary};

}  // namespace walle::import::tflite
