#include "libwalle/import/tflite/rules/reduction.h"

namespace walle::import::tflite {

extern const TranslationDef kSum;
const TranslationDef kSum = {.code = schema::BuiltinOperator::SUM, .op = "ReduceSum", .translate = rules::reduction};

}  // namespace walle::import::tflite
