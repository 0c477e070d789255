#include "libwalle/import/tflite/rules/suppression.h"

namespace walle::import::tflite {
namespace {

// Inputs: boxes, scores, the number of boxes, limits of overlap and score. Results: indices, how many are meant.
Translated translate(Operation& op) {
  GraphBuilder& b = op.builder();
  const ValueId scores = WALLE_TRY(make::reshape(b, WALLE_TRY(op.real(1)), Ints{1, -1}));
  const auto chosen = WALLE_TRY(rules::suppressed(op, {.boxes = WALLE_TRY(op.real(0)),
                                                       .scores = scores,
                                                       .overlap = WALLE_TRY(op.real(3)),
                                                       .least = WALLE_TRY(op.real(4)),
                                                       .turns = WALLE_TRY(op.integer(2))}));
  return std::vector{WALLE_TRY(make::reshape(b, chosen.indices, Ints{-1})),
                     WALLE_TRY(make::reshape(b, chosen.count, Ints{}))};
}

}  // namespace

extern const TranslationDef kNonMaxSuppressionV4;
const TranslationDef kNonMaxSuppressionV4 = {.code = schema::BuiltinOperator::NON_MAX_SUPPRESSION_V4,
                                             .translate = translate};

}  // namespace walle::import::tflite
