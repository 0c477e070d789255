#include "libwalle/import/tflite/rules/move.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::SqueezeOptions>());
  const ValueId x = WALLE_TRY(rules::movable(op, 0));
  const auto* axes = options->squeeze_dims();
  if (axes == nullptr || axes->size() == 0) return one(op.builder().one("Squeeze", {x}));
  return one(rules::squeezed(op, x, Ints(axes->begin(), axes->end())));
}

}  // namespace

extern const TranslationDef kSqueeze;
const TranslationDef kSqueeze = {.code = schema::BuiltinOperator::SQUEEZE, .translate = translate};

}  // namespace walle::import::tflite
