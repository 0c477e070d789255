#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {

extern const TranslationDef kVarHandle;
const TranslationDef kVarHandle = {.code = schema::BuiltinOperator::VAR_HANDLE,
                                   .refusal = "variables are not supported; freeze the model before it is converted"};

}  // namespace walle::import::tflite
