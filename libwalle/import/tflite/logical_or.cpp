#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kLogicalOr;
const TranslationDef kLogicalOr = {.code = schema::BuiltinOperator::LOGICAL_OR, .op = "Or", .translate = rules::binary};

}  // namespace walle::import::tflite
