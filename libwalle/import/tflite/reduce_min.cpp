#include "libwalle/import/tflite/rules/reduction.h"

namespace walle::import::tflite {

extern const TranslationDef kReduceMin;
const TranslationDef kReduceMin = {
    .code = schema::BuiltinOperator::REDUCE_MIN, .op = "ReduceMin", .translate = rules::reduction};

}  // namespace walle::import::tflite
