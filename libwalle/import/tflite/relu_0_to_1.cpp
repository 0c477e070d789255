#include "libwalle/import/tflite/rules/activation.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) { return one(rules::clipped(op.builder(), WALLE_TRY(op.real(0)), 0, 1)); }

}  // namespace

extern const TranslationDef kRelu0To1;
const TranslationDef kRelu0To1 = {.code = schema::BuiltinOperator::RELU_0_TO_1, .translate = translate};

}  // namespace walle::import::tflite
