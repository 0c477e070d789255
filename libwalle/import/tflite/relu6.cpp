#include "libwalle/import/tflite/rules/activation.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) { return one(rules::clipped(op.builder(), WALLE_TRY(op.real(0)), 0, 6)); }

}  // namespace

extern const TranslationDef kRelu6;
const TranslationDef kRelu6 = {.code = schema::BuiltinOperator::RELU6, .translate = translate};

}  // namespace walle::import::tflite
