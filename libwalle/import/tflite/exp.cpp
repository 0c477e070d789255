#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kExp;
const TranslationDef kExp = {.code = schema::BuiltinOperator::EXP, .op = "Exp", .translate = rules::unary};

}  // namespace walle::import::tflite
