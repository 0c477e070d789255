#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kCos;
const TranslationDef kCos = {.code = schema::BuiltinOperator::COS, .op = "Cos", .translate = rules::unary};

}  // namespace walle::import::tflite
