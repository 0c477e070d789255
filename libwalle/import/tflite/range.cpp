#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  std::vector<ValueId> operands;
  for (size_t i = 0; i < 3; ++i) operands.push_back(WALLE_TRY(op.stored(i)));
  return one(op.builder().one("Range", std::move(operands)));
}

}  // namespace

extern const TranslationDef kRange;
const TranslationDef kRange = {.code = schema::BuiltinOperator::RANGE, .translate = translate};

}  // namespace walle::import::tflite
