#include "libwalle/import/tflite/rules/lstm.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::UnidirectionalSequenceLSTMOptions>());
  if (options->diagonal_recurrent_tensors())
    return Operation::fail(ErrorCode::unsupported, "diagonal recurrent weights");
  const ValueId x = WALLE_TRY(rules::sequence_of(op, options->time_major()));
  const ValueId y = WALLE_TRY(rules::run_lstm(op, x, rules::single_lstm(op),
                                              {.activation = options->fused_activation_function(),
                                               .cell_clip = options->cell_clip(),
                                               .projection_clip = options->proj_clip()}));
  return one(rules::as_layer(op, y, options->time_major()));
}

}  // namespace

extern const TranslationDef kUnidirectionalSequenceLstm;
const TranslationDef kUnidirectionalSequenceLstm = {.code = schema::BuiltinOperator::UNIDIRECTIONAL_SEQUENCE_LSTM,
                                                    .translate = translate};

}  // namespace walle::import::tflite
