#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kSin;
const TranslationDef kSin = {.code = schema::BuiltinOperator::SIN, .op = "Sin", .translate = rules::unary};

}  // namespace walle::import::tflite
