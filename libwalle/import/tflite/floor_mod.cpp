#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

// The remainder has the sign of the divisor; of floats, the graph's has that of the dividend.
Translated translate(Operation& op) {
  GraphBuilder& b = op.builder();
  const ValueId x = WALLE_TRY(op.real(0));
  const ValueId y = WALLE_TRY(op.real(1));
  if (!is_float(b.value(x).dtype.value_or(DType::f32))) return one(b.one("Mod", {x, y}));
  const ValueId rest = WALLE_TRY(b.one("Mod", {x, y}, {{"fmod", int64_t{1}}}));
  const ValueId zero = make::scalar_like(b, x, 0);
  const ValueId opposite = WALLE_TRY(b.one("Less", {WALLE_TRY(b.one("Mul", {rest, y})), zero}));
  return one(b.one("Where", {opposite, WALLE_TRY(b.one("Add", {rest, y})), rest}));
}

}  // namespace

extern const TranslationDef kFloorMod;
const TranslationDef kFloorMod = {.code = schema::BuiltinOperator::FLOOR_MOD, .translate = translate};

}  // namespace walle::import::tflite
