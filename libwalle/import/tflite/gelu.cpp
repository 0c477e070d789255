#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::GeluOptions>());
  const std::string form = options->approximate() ? "tanh" : "none";
  return one(op.builder().one("Gelu", {WALLE_TRY(op.real(0))}, {{"approximate", form}}));
}

}  // namespace

extern const TranslationDef kGelu;
const TranslationDef kGelu = {.code = schema::BuiltinOperator::GELU, .translate = translate};

}  // namespace walle::import::tflite
