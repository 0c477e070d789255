#include "libwalle/import/tflite/rules/window.h"

namespace walle::import::tflite {
namespace {

// y = sqrt(mean of squares).
Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::Pool2DOptions>());
  GraphBuilder& b = op.builder();
  const ValueId x = WALLE_TRY(op.real(0, rules::to_channels_first()));
  const ValueId square = WALLE_TRY(b.one("Mul", {x, x}));
  auto attributes = WALLE_TRY(rules::window_attributes(rules::pool_window(*options)));
  const ValueId mean = WALLE_TRY(b.one("AveragePool", {square}, std::move(attributes)));
  return one(rules::image(op, 0, WALLE_TRY(b.one("Sqrt", {mean})), options->fused_activation_function()));
}

}  // namespace

extern const TranslationDef kL2Pool2d;
const TranslationDef kL2Pool2d = {.code = schema::BuiltinOperator::L2_POOL_2D, .translate = translate};

}  // namespace walle::import::tflite
