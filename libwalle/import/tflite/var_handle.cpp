#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::VarHandleOptions>());
  const std::string name = options->shared_name() != nullptr ? options->shared_name()->str() : "";
  WALLE_TRY(op.around().name_variable(op.output_tensor(0), name));
  return std::vector{kNoValue};
}

}  // namespace

extern const TranslationDef kVarHandle;
const TranslationDef kVarHandle = {.code = schema::BuiltinOperator::VAR_HANDLE, .translate = translate};

}  // namespace walle::import::tflite
