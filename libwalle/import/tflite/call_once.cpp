#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::CallOnceOptions>());
  WALLE_TRY(op.around().initialise(options->init_subgraph_index()));
  return std::vector<ValueId>();
}

}  // namespace

extern const TranslationDef kCallOnce;
const TranslationDef kCallOnce = {.code = schema::BuiltinOperator::CALL_ONCE, .silent = true, .translate = translate};

}  // namespace walle::import::tflite
