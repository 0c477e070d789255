#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kLogicalNot;
const TranslationDef kLogicalNot = {
    .code = schema::BuiltinOperator::LOGICAL_NOT, .op = "Not", .translate = rules::unary};

}  // namespace walle::import::tflite
