#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kSub;
const TranslationDef kSub = {
    .code = schema::BuiltinOperator::SUB, .op = "Sub", .translate = rules::activated_binary<schema::SubOptions>};

}  // namespace walle::import::tflite
