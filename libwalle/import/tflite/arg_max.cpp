#include "libwalle/import/tflite/rules/reduction.h"

namespace walle::import::tflite {

extern const TranslationDef kArgMax;
const TranslationDef kArgMax = {
    .code = schema::BuiltinOperator::ARG_MAX, .op = "ArgMax", .translate = rules::arg_reduction};

}  // namespace walle::import::tflite
