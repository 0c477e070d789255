#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::CumsumOptions>());
  const ValueId x = WALLE_TRY(op.real(0));
  const int64_t axis = WALLE_TRY(op.axis(WALLE_TRY(op.integer(1)), WALLE_TRY(op.rank(x))));
  return one(
      op.builder().one("CumSum", {x, op.builder().scalar(DType::i64, static_cast<double>(axis))},
                       {{"exclusive", int64_t{options->exclusive()}}, {"reverse", int64_t{options->reverse()}}}));
}

}  // namespace

extern const TranslationDef kCumsum;
const TranslationDef kCumsum = {.code = schema::BuiltinOperator::CUMSUM, .translate = translate};

}  // namespace walle::import::tflite
