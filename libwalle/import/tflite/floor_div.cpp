#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

// Rounds down; the graph's division of integers rounds to zero.
Translated translate(Operation& op) {
  GraphBuilder& b = op.builder();
  const ValueId x = WALLE_TRY(op.real(0));
  const ValueId y = WALLE_TRY(op.real(1));
  if (is_float(b.value(x).dtype.value_or(DType::f32))) return one(b.one("Floor", {WALLE_TRY(b.one("Div", {x, y}))}));
  const ValueId rest = WALLE_TRY(b.one("Mod", {x, y}));
  return one(b.one("Div", {WALLE_TRY(b.one("Sub", {x, rest})), y}));
}

}  // namespace

extern const TranslationDef kFloorDiv;
const TranslationDef kFloorDiv = {.code = schema::BuiltinOperator::FLOOR_DIV, .translate = translate};

}  // namespace walle::import::tflite
