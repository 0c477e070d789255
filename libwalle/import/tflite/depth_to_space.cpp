#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::DepthToSpaceOptions>());
  GraphBuilder& b = op.builder();
  const ValueId x = WALLE_TRY(make::transpose(b, WALLE_TRY(op.stored(0)), rules::to_channels_first()));
  const ValueId y = WALLE_TRY(b.one("DepthToSpace", {x}, {{"blocksize", int64_t{options->block_size()}}}));
  return one(make::transpose(b, y, rules::to_channels_last()));
}

}  // namespace

extern const TranslationDef kDepthToSpace;
const TranslationDef kDepthToSpace = {.code = schema::BuiltinOperator::DEPTH_TO_SPACE, .translate = translate};

}  // namespace walle::import::tflite
