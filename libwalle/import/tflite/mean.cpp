#include "libwalle/import/tflite/rules/reduction.h"

namespace walle::import::tflite {

extern const TranslationDef kMean;
const TranslationDef kMean = {.code = schema::BuiltinOperator::MEAN, .op = "ReduceMean", .translate = rules::reduction};

}  // namespace walle::import::tflite
