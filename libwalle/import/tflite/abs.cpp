#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kAbs;
const TranslationDef kAbs = {.code = schema::BuiltinOperator::ABS, .op = "Abs", .translate = rules::unary};

}  // namespace walle::import::tflite
