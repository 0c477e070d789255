#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kLogistic;
const TranslationDef kLogistic = {
    .code = schema::BuiltinOperator::LOGISTIC, .op = "Sigmoid", .translate = rules::unary};

}  // namespace walle::import::tflite
