#include "libwalle/import/tflite/rules/move.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::ReverseSequenceOptions>());
  const ValueId x = WALLE_TRY(rules::movable(op, 0));
  return one(
      op.builder().one("ReverseSequence", {x, WALLE_TRY(op.index(1))},
                       {{"time_axis", int64_t{options->seq_dim()}}, {"batch_axis", int64_t{options->batch_dim()}}}));
}

}  // namespace

extern const TranslationDef kReverseSequence;
const TranslationDef kReverseSequence = {.code = schema::BuiltinOperator::REVERSE_SEQUENCE, .translate = translate};

}  // namespace walle::import::tflite
