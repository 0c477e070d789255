#include "libwalle/import/tflite/rules/activation.h"
#include "libwalle/import/tflite/rules/move.h"
#include "libwalle/import/tflite/rules/row.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::ConcatenationOptions>());
  const bool activated = options->fused_activation_function() != schema::ActivationFunctionType::NONE;
  std::vector<ValueId> parts = WALLE_TRY(rules::movable_from(op, 0));
  if (parts.empty()) return Operation::fail(ErrorCode::invalid_argument, "has no inputs");
  for (size_t i = 0; activated && i < parts.size(); ++i) parts[i] = WALLE_TRY(op.real(i));
  const int64_t axis = WALLE_TRY(op.axis(options->axis(), WALLE_TRY(op.rank(parts[0]))));
  if (const auto whole = WALLE_TRY(rules::row_put_in(op, parts, axis))) return std::vector{*whole};
  const ValueId y = WALLE_TRY(make::concat(op.builder(), std::move(parts), axis));
  return one(rules::activated(op.builder(), y, options->fused_activation_function()));
}

}  // namespace

extern const TranslationDef kConcatenation;
const TranslationDef kConcatenation = {.code = schema::BuiltinOperator::CONCATENATION, .translate = translate};

}  // namespace walle::import::tflite
