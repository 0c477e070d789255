#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kTanh;
const TranslationDef kTanh = {.code = schema::BuiltinOperator::TANH, .op = "Tanh", .translate = rules::unary};

}  // namespace walle::import::tflite
