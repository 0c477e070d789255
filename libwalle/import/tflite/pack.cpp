#include "libwalle/import/tflite/rules/move.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::PackOptions>());
  std::vector<ValueId> parts = WALLE_TRY(rules::movable_from(op, 0));
  if (parts.empty()) return Operation::fail(ErrorCode::invalid_argument, "has no inputs");
  const int64_t axis = WALLE_TRY(op.axis(options->axis(), WALLE_TRY(op.rank(parts[0])) + 1));
  for (ValueId& part : parts) part = WALLE_TRY(rules::unsqueezed(op, part, {axis}));
  return one(make::concat(op.builder(), std::move(parts), axis));
}

}  // namespace

extern const TranslationDef kPack;
const TranslationDef kPack = {.code = schema::BuiltinOperator::PACK, .translate = translate};

}  // namespace walle::import::tflite
