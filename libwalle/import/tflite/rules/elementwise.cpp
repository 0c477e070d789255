#include "libwalle/import/tflite/rules/elementwise.h"

namespace walle::import::tflite::rules {

Translated unary(Operation& op) { return one(op.builder().one(op.op(), {WALLE_TRY(op.real(0))})); }

Translated binary(Operation& op) {
  const ValueId a = WALLE_TRY(op.real(0));
  const ValueId b = WALLE_TRY(op.real(1));
  return one(op.builder().one(op.op(), {a, b}));
}

}  // namespace walle::import::tflite::rules
