#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

// y = x / (bias + alpha · Σ x² over 2 · radius + 1 channels)^beta; the graph's operator divides alpha by the size.
Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::LocalResponseNormalizationOptions>());
  const int64_t size = 2 * int64_t{options->radius()} + 1;
  const ValueId x = WALLE_TRY(op.real(0, rules::to_channels_first()));
  const ValueId y = WALLE_TRY(op.builder().one("LRN", {x},
                                               {{"size", size},
                                                {"alpha", options->alpha() * static_cast<float>(size)},
                                                {"beta", options->beta()},
                                                {"bias", options->bias()}}));
  return one(make::transpose(op.builder(), y, rules::to_channels_last()));
}

}  // namespace

extern const TranslationDef kLocalResponseNormalization;
const TranslationDef kLocalResponseNormalization = {.code = schema::BuiltinOperator::LOCAL_RESPONSE_NORMALIZATION,
                                                    .translate = translate};

}  // namespace walle::import::tflite
