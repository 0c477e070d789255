#include "libwalle/import/tflite/rules/lstm.h"

namespace walle::import::tflite {
namespace {

// One step of an LSTM.
Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::LSTMOptions>());
  if (options->kernel_type() != schema::LSTMKernelType::FULL)
    return Operation::fail(ErrorCode::unsupported, "the basic kernel; convert the model anew");
  const ValueId x = WALLE_TRY(rules::sequence_of(op, true));
  const ValueId y = WALLE_TRY(rules::run_lstm(op, x, rules::single_lstm(op),
                                              {.activation = options->fused_activation_function(),
                                               .cell_clip = options->cell_clip(),
                                               .projection_clip = options->proj_clip()}));
  return one(rules::as_layer(op, y, true));
}

}  // namespace

extern const TranslationDef kLstm;
const TranslationDef kLstm = {.code = schema::BuiltinOperator::LSTM, .translate = translate};

}  // namespace walle::import::tflite
