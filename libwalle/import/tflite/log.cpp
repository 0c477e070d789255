#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kLog;
const TranslationDef kLog = {.code = schema::BuiltinOperator::LOG, .op = "Log", .translate = rules::unary};

}  // namespace walle::import::tflite
