#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kSqrt;
const TranslationDef kSqrt = {.code = schema::BuiltinOperator::SQRT, .op = "Sqrt", .translate = rules::unary};

}  // namespace walle::import::tflite
