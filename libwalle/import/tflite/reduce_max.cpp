#include "libwalle/import/tflite/rules/reduction.h"

namespace walle::import::tflite {

extern const TranslationDef kReduceMax;
const TranslationDef kReduceMax = {
    .code = schema::BuiltinOperator::REDUCE_MAX, .op = "ReduceMax", .translate = rules::reduction};

}  // namespace walle::import::tflite
