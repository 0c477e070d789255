#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  GraphBuilder& b = op.builder();
  const ValueId k = WALLE_TRY(make::reshape(b, WALLE_TRY(op.index(1)), Ints{1}));
  return b.op("TopK", {WALLE_TRY(op.real(0)), k}, {{"axis", int64_t{-1}}}, 2);
}

}  // namespace

extern const TranslationDef kTopkV2;
const TranslationDef kTopkV2 = {.code = schema::BuiltinOperator::TOPK_V2, .translate = translate};

}  // namespace walle::import::tflite
