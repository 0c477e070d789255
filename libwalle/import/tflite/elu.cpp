#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kElu;
const TranslationDef kElu = {.code = schema::BuiltinOperator::ELU, .op = "Elu", .translate = rules::unary};

}  // namespace walle::import::tflite
