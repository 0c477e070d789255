#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

// 16-bit floats, or integers as real numbers.
Translated translate(Operation& op) { return one(op.real(0)); }

}  // namespace

extern const TranslationDef kDequantize;
const TranslationDef kDequantize = {.code = schema::BuiltinOperator::DEQUANTIZE, .translate = translate};

}  // namespace walle::import::tflite
