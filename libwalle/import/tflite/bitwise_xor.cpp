#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite {

extern const TranslationDef kBitwiseXor;
const TranslationDef kBitwiseXor = {
    .code = schema::BuiltinOperator::BITWISE_XOR, .op = "BitwiseXor", .translate = rules::binary};

}  // namespace walle::import::tflite
