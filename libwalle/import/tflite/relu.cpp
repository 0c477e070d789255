#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kRelu;
const TranslationDef kRelu = {.code = schema::BuiltinOperator::RELU, .op = "Relu", .translate = rules::unary};

}  // namespace walle::import::tflite
