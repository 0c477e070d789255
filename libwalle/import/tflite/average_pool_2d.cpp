#include "libwalle/import/tflite/rules/window.h"

namespace walle::import::tflite {

extern const TranslationDef kAveragePool2d;
const TranslationDef kAveragePool2d = {
    .code = schema::BuiltinOperator::AVERAGE_POOL_2D, .op = "AveragePool", .translate = rules::pooling};

}  // namespace walle::import::tflite
