#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::SpaceToDepthOptions>());
  GraphBuilder& b = op.builder();
  const ValueId x = WALLE_TRY(make::transpose(b, WALLE_TRY(op.stored(0)), rules::to_channels_first()));
  const ValueId y = WALLE_TRY(b.one("SpaceToDepth", {x}, {{"blocksize", int64_t{options->block_size()}}}));
  return one(make::transpose(b, y, rules::to_channels_last()));
}

}  // namespace

extern const TranslationDef kSpaceToDepth;
const TranslationDef kSpaceToDepth = {.code = schema::BuiltinOperator::SPACE_TO_DEPTH, .translate = translate};

}  // namespace walle::import::tflite
