#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::LeakyReluOptions>());
  return one(op.builder().one("LeakyRelu", {WALLE_TRY(op.real(0))}, {{"alpha", options->alpha()}}));
}

}  // namespace

extern const TranslationDef kLeakyRelu;
const TranslationDef kLeakyRelu = {.code = schema::BuiltinOperator::LEAKY_RELU, .translate = translate};

}  // namespace walle::import::tflite
