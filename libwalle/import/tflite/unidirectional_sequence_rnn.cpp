#include "libwalle/import/tflite/rules/recurrent.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::SequenceRNNOptions>());
  const ValueId x = WALLE_TRY(rules::sequence_of(op, options->time_major()));
  const ValueId y = WALLE_TRY(rules::run_simple(op, x, {}, options->fused_activation_function(), false));
  return one(rules::as_layer(op, y, options->time_major()));
}

}  // namespace

extern const TranslationDef kUnidirectionalSequenceRnn;
const TranslationDef kUnidirectionalSequenceRnn = {.code = schema::BuiltinOperator::UNIDIRECTIONAL_SEQUENCE_RNN,
                                                   .translate = translate};

}  // namespace walle::import::tflite
