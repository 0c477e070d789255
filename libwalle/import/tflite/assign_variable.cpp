#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  if (!op.has(0)) return Operation::fail(ErrorCode::invalid_argument, "has no variable");
  WALLE_TRY(op.around().assign_variable(op.input_tensor(0), WALLE_TRY(op.stored(1))));
  return std::vector<ValueId>();
}

}  // namespace

extern const TranslationDef kAssignVariable;
const TranslationDef kAssignVariable = {
    .code = schema::BuiltinOperator::ASSIGN_VARIABLE, .silent = true, .translate = translate};

}  // namespace walle::import::tflite
