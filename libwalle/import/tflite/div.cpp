#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kDiv;
const TranslationDef kDiv = {
    .code = schema::BuiltinOperator::DIV, .op = "Div", .translate = rules::activated_binary<schema::DivOptions>};

}  // namespace walle::import::tflite
