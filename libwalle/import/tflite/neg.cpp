#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kNeg;
const TranslationDef kNeg = {.code = schema::BuiltinOperator::NEG, .op = "Neg", .translate = rules::unary};

}  // namespace walle::import::tflite
