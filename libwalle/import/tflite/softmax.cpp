#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

// y = softmax(beta · x) along the last axis.
Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::SoftmaxOptions>());
  ValueId x = WALLE_TRY(op.real(0));
  if (options->beta() != 1)
    x = WALLE_TRY(make::with_scalar(op.builder(), "Mul", x, static_cast<double>(options->beta())));
  return one(op.builder().one("Softmax", {x}, {{"axis", int64_t{-1}}}));
}

}  // namespace

extern const TranslationDef kSoftmax;
const TranslationDef kSoftmax = {.code = schema::BuiltinOperator::SOFTMAX, .translate = translate};

}  // namespace walle::import::tflite
