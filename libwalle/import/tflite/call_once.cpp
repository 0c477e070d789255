#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {

extern const TranslationDef kCallOnce;
const TranslationDef kCallOnce = {.code = schema::BuiltinOperator::CALL_ONCE,
                                  .refusal = "variables are not supported; freeze the model before it is converted"};

}  // namespace walle::import::tflite
