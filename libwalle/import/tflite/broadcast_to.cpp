#include "libwalle/import/tflite/rules/move.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const ValueId x = WALLE_TRY(rules::movable(op, 0));
  return one(op.builder().one("Expand", {x, WALLE_TRY(op.index(1))}));
}

}  // namespace

extern const TranslationDef kBroadcastTo;
const TranslationDef kBroadcastTo = {.code = schema::BuiltinOperator::BROADCAST_TO, .translate = translate};

}  // namespace walle::import::tflite
