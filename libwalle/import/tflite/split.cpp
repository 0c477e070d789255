#include "libwalle/import/tflite/rules/move.h"

namespace walle::import::tflite {
namespace {

// Inputs: the axis, x.
Translated translate(Operation& op) {
  const ValueId x = WALLE_TRY(rules::movable(op, 1));
  const int64_t axis = WALLE_TRY(op.axis(WALLE_TRY(op.integer(0)), WALLE_TRY(op.rank(x))));
  const auto parts = static_cast<int64_t>(op.output_count());
  if (parts < 1) return Operation::fail(ErrorCode::invalid_argument, "has no results");
  const int64_t size = WALLE_TRY(op.dims(x))[static_cast<size_t>(axis)];
  if (size < 0 || size % parts != 0)
    return Operation::fail(ErrorCode::invalid_argument, "cannot cut its axis into " + std::to_string(parts));
  const ValueId sizes = op.builder().ints(Ints(op.output_count(), size / parts));
  return op.builder().op("Split", {x, sizes}, {{"axis", axis}}, op.output_count());
}

}  // namespace

extern const TranslationDef kSplit;
const TranslationDef kSplit = {.code = schema::BuiltinOperator::SPLIT, .translate = translate};

}  // namespace walle::import::tflite
