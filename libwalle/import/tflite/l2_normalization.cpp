#include "libwalle/import/tflite/rules/activation.h"

namespace walle::import::tflite {
namespace {

// y = x / √max(Σ x², 1e-6) along the last axis.
Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::L2NormOptions>());
  constexpr double kLeast = 1e-6;
  GraphBuilder& b = op.builder();
  const ValueId x = WALLE_TRY(op.real(0));
  const auto last = static_cast<int64_t>(WALLE_TRY(op.rank(x))) - 1;
  const ValueId square = WALLE_TRY(b.one("Mul", {x, x}));
  const ValueId sum = WALLE_TRY(make::reduce(b, "ReduceSum", square, {last}, true));
  const ValueId length = WALLE_TRY(b.one("Sqrt", {WALLE_TRY(make::with_scalar(b, "Max", sum, kLeast))}));
  return one(
      rules::activated(op.builder(), WALLE_TRY(b.one("Div", {x, length})), options->fused_activation_function()));
}

}  // namespace

extern const TranslationDef kL2Normalization;
const TranslationDef kL2Normalization = {.code = schema::BuiltinOperator::L2_NORMALIZATION, .translate = translate};

}  // namespace walle::import::tflite
