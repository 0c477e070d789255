#include "libwalle/import/tflite/rules/move.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const ValueId x = WALLE_TRY(rules::movable(op, 0));
  return one(rules::unsqueezed(op, x, {WALLE_TRY(op.axis(WALLE_TRY(op.integer(1)), WALLE_TRY(op.rank(x)) + 1))}));
}

}  // namespace

extern const TranslationDef kExpandDims;
const TranslationDef kExpandDims = {.code = schema::BuiltinOperator::EXPAND_DIMS, .translate = translate};

}  // namespace walle::import::tflite
