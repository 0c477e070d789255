#include "libwalle/import/tflite/rules/move.h"

namespace walle::import::tflite {
namespace {

// The shape is input 1, or in files without it an option.
Translated translate(Operation& op) {
  const ValueId x = WALLE_TRY(rules::movable(op, 0));
  if (op.has(1)) {
    ValueId shape = WALLE_TRY(op.index(1));
    if (WALLE_TRY(op.rank(shape)) == 0) shape = WALLE_TRY(make::reshape(op.builder(), shape, Ints{1}));
    return one(op.builder().one("Reshape", {x, shape}, {{"allowzero", int64_t{1}}}));
  }
  const auto* options = WALLE_TRY(op.options<schema::ReshapeOptions>());
  if (options->new_shape() == nullptr) return Operation::fail(ErrorCode::invalid_argument, "has no shape");
  return one(make::reshape(op.builder(), x, Ints(options->new_shape()->begin(), options->new_shape()->end())));
}

}  // namespace

extern const TranslationDef kReshape;
const TranslationDef kReshape = {.code = schema::BuiltinOperator::RESHAPE, .translate = translate};

}  // namespace walle::import::tflite
