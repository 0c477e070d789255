#include "libwalle/import/tflite/rules/recurrent.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::RNNOptions>());
  const ValueId x = WALLE_TRY(rules::sequence_of(op, true));
  const ValueId y = WALLE_TRY(rules::run_simple(op, x, {}, options->fused_activation_function(), false));
  return one(rules::as_layer(op, y, true));
}

}  // namespace

extern const TranslationDef kRnn;
const TranslationDef kRnn = {.code = schema::BuiltinOperator::RNN, .translate = translate};

}  // namespace walle::import::tflite
