#include "libwalle/import/tflite/rules/move.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::UnpackOptions>());
  const ValueId x = WALLE_TRY(rules::movable(op, 0));
  const int64_t axis = WALLE_TRY(op.axis(options->axis(), WALLE_TRY(op.rank(x))));
  std::vector<ValueId> parts;
  for (size_t i = 0; i < op.output_count(); ++i) {
    const auto at = static_cast<int64_t>(i);
    const ValueId part = WALLE_TRY(make::slice(op.builder(), x, axis, at, at + 1));
    parts.push_back(WALLE_TRY(rules::squeezed(op, part, {axis})));
  }
  return parts;
}

}  // namespace

extern const TranslationDef kUnpack;
const TranslationDef kUnpack = {.code = schema::BuiltinOperator::UNPACK, .translate = translate};

}  // namespace walle::import::tflite
