#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kAdd;
const TranslationDef kAdd = {
    .code = schema::BuiltinOperator::ADD, .op = "Add", .translate = rules::activated_binary<schema::AddOptions>};

}  // namespace walle::import::tflite
