#include "libwalle/import/tflite/rules/window.h"

namespace walle::import::tflite {

extern const TranslationDef kMaxPool2d;
const TranslationDef kMaxPool2d = {
    .code = schema::BuiltinOperator::MAX_POOL_2D, .op = "MaxPool", .translate = rules::pooling};

}  // namespace walle::import::tflite
