#include "libwalle/import/tflite/rules/move.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const ValueId x = WALLE_TRY(rules::movable(op, 0));
  return one(op.builder().one("Tile", {x, WALLE_TRY(op.index(1))}));
}

}  // namespace

extern const TranslationDef kTile;
const TranslationDef kTile = {.code = schema::BuiltinOperator::TILE, .translate = translate};

}  // namespace walle::import::tflite
