#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  std::vector<ValueId> operands;
  for (size_t i = 0; i < op.input_count(); ++i) operands.push_back(WALLE_TRY(op.real(i)));
  return one(op.builder().one("Sum", std::move(operands)));
}

}  // namespace

extern const TranslationDef kAddN;
const TranslationDef kAddN = {.code = schema::BuiltinOperator::ADD_N, .translate = translate};

}  // namespace walle::import::tflite
