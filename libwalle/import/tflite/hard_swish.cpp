#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kHardSwish;
const TranslationDef kHardSwish = {
    .code = schema::BuiltinOperator::HARD_SWISH, .op = "HardSwish", .translate = rules::unary};

}  // namespace walle::import::tflite
