#include "libwalle/import/tflite/rules/move.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  return one(make::transpose(op.builder(), WALLE_TRY(rules::movable(op, 0)), WALLE_TRY(op.ints(1))));
}

}  // namespace

extern const TranslationDef kTranspose;
const TranslationDef kTranspose = {.code = schema::BuiltinOperator::TRANSPOSE, .translate = translate};

}  // namespace walle::import::tflite
