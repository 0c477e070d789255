#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {

extern const TranslationDef kAssignVariable;
const TranslationDef kAssignVariable = {
    .code = schema::BuiltinOperator::ASSIGN_VARIABLE,
    .refusal = "variables are not supported; freeze the model before it is converted"};

}  // namespace walle::import::tflite
