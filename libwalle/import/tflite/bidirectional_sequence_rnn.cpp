#include "libwalle/import/tflite/rules/recurrent.h"

namespace walle::import::tflite {
namespace {

// Inputs 1 to 4 are of the way forward, 5 to 8 of the way back; results apart, or one behind the other.
Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::BidirectionalSequenceRNNOptions>());
  for (size_t i = 9; i < op.input_count(); ++i) {
    if (op.has(i)) return Operation::fail(ErrorCode::unsupported, "auxiliary inputs");
  }
  const auto activation = options->fused_activation_function();
  const ValueId x = WALLE_TRY(rules::sequence_of(op, options->time_major()));
  const ValueId there = WALLE_TRY(rules::run_simple(op, x, {}, activation, false));
  const ValueId back = WALLE_TRY(rules::run_simple(op, x, {5, 6, 7, 8}, activation, true));
  const ValueId first = WALLE_TRY(rules::as_layer(op, there, options->time_major()));
  const ValueId second = WALLE_TRY(rules::as_layer(op, back, options->time_major()));
  if (!options->merge_outputs()) return std::vector{first, second};
  return one(make::concat(op.builder(), {first, second}, 2));
}

}  // namespace

extern const TranslationDef kBidirectionalSequenceRnn;
const TranslationDef kBidirectionalSequenceRnn = {.code = schema::BuiltinOperator::BIDIRECTIONAL_SEQUENCE_RNN,
                                                  .translate = translate};

}  // namespace walle::import::tflite
