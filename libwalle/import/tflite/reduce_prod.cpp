#include "libwalle/import/tflite/rules/reduction.h"

namespace walle::import::tflite {

extern const TranslationDef kReduceProd;
const TranslationDef kReduceProd = {
    .code = schema::BuiltinOperator::REDUCE_PROD, .op = "ReduceProd", .translate = rules::reduction};

}  // namespace walle::import::tflite
