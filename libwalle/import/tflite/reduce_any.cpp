#include "libwalle/import/tflite/rules/reduction.h"

namespace walle::import::tflite {

extern const TranslationDef kReduceAny;
const TranslationDef kReduceAny = {
    .code = schema::BuiltinOperator::REDUCE_ANY, .op = "ReduceMax", .translate = rules::boolean_reduction};

}  // namespace walle::import::tflite
