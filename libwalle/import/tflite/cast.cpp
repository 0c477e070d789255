#include "libwalle/import/tflite/rules/define.h"
#include "libwalle/ops/rules/types.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const auto to = op.output(0).dtype;
  if (!to) return Operation::fail(ErrorCode::unsupported, "casts to a type that this build does not have");
  return one(make::cast(op.builder(), WALLE_TRY(op.stored(0)), *to));
}

}  // namespace

extern const TranslationDef kCast;
const TranslationDef kCast = {.code = schema::BuiltinOperator::CAST, .translate = translate};

}  // namespace walle::import::tflite
