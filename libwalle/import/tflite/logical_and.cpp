#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kLogicalAnd;
const TranslationDef kLogicalAnd = {
    .code = schema::BuiltinOperator::LOGICAL_AND, .op = "And", .translate = rules::binary};

}  // namespace walle::import::tflite
