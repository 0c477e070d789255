#include "libwalle/import/tflite/rules/reduction.h"

namespace walle::import::tflite {

extern const TranslationDef kArgMin;
const TranslationDef kArgMin = {
    .code = schema::BuiltinOperator::ARG_MIN, .op = "ArgMin", .translate = rules::arg_reduction};

}  // namespace walle::import::tflite
