#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {

extern const TranslationDef kReadVariable;
const TranslationDef kReadVariable = {
    .code = schema::BuiltinOperator::READ_VARIABLE,
    .refusal = "variables are not supported; freeze the model before it is converted"};

}  // namespace walle::import::tflite
