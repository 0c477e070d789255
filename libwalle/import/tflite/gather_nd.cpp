#include "libwalle/import/tflite/rules/move.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const ValueId x = WALLE_TRY(rules::movable(op, 0));
  return one(op.builder().one("GatherND", {x, WALLE_TRY(op.index(1))}));
}

}  // namespace

extern const TranslationDef kGatherNd;
const TranslationDef kGatherNd = {.code = schema::BuiltinOperator::GATHER_ND, .translate = translate};

}  // namespace walle::import::tflite
