#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  if (!op.has(0)) return Operation::fail(ErrorCode::invalid_argument, "has no variable");
  const ValueId now = WALLE_TRY(op.around().read_variable(op.input_tensor(0), op.output(0)));
  return one(op.builder().one("Identity", {now}));  // the variable keeps its own name
}

}  // namespace

extern const TranslationDef kReadVariable;
const TranslationDef kReadVariable = {.code = schema::BuiltinOperator::READ_VARIABLE, .translate = translate};

}  // namespace walle::import::tflite
