#include "libwalle/import/tflite/rules/reduction.h"

namespace walle::import::tflite {

extern const TranslationDef kReduceAll;
const TranslationDef kReduceAll = {
    .code = schema::BuiltinOperator::REDUCE_ALL, .op = "ReduceMin", .translate = rules::boolean_reduction};

}  // namespace walle::import::tflite
