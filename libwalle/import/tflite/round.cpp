#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kRound;
const TranslationDef kRound = {.code = schema::BuiltinOperator::ROUND, .op = "Round", .translate = rules::unary};

}  // namespace walle::import::tflite
