#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {

extern const TranslationDef kHashtable;
const TranslationDef kHashtable = {
    .code = schema::BuiltinOperator::HASHTABLE,
    .refusal = "tables of strings are not supported; look the words up before the model"};

}  // namespace walle::import::tflite
