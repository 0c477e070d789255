#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kFloor;
const TranslationDef kFloor = {.code = schema::BuiltinOperator::FLOOR, .op = "Floor", .translate = rules::unary};

}  // namespace walle::import::tflite
