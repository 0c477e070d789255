#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const ValueId x = WALLE_TRY(op.real(0));
  const ValueId shape = WALLE_TRY(op.builder().one("Shape", {x}));
  return one(op.builder().one("Expand", {make::scalar_like(op.builder(), x, 0), shape}));
}

}  // namespace

extern const TranslationDef kZerosLike;
const TranslationDef kZerosLike = {.code = schema::BuiltinOperator::ZEROS_LIKE, .translate = translate};

}  // namespace walle::import::tflite
