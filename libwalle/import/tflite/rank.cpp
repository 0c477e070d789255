#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const size_t rank = WALLE_TRY(op.rank(WALLE_TRY(op.stored(0))));
  return std::vector{op.builder().scalar(DType::i32, static_cast<double>(rank))};
}

}  // namespace

extern const TranslationDef kRank;
const TranslationDef kRank = {.code = schema::BuiltinOperator::RANK, .translate = translate};

}  // namespace walle::import::tflite
