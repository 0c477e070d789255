#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kMul;
const TranslationDef kMul = {
    .code = schema::BuiltinOperator::MUL, .op = "Mul", .translate = rules::activated_binary<schema::MulOptions>};

}  // namespace walle::import::tflite
