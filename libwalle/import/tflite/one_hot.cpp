#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

// Inputs: indices, depth, the values on and off.
Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::OneHotOptions>());
  GraphBuilder& b = op.builder();
  const ValueId on = WALLE_TRY(make::reshape(b, WALLE_TRY(op.real(2)), Ints{1}));
  const ValueId off = WALLE_TRY(make::reshape(b, WALLE_TRY(op.real(3)), Ints{1}));
  const ValueId values = WALLE_TRY(make::concat(b, {off, on}, 0));
  const ValueId indices = WALLE_TRY(op.index(0));
  // An index below 0 is nowhere; to the graph's operator it would count from the end.
  const ValueId negative = WALLE_TRY(b.one("Less", {indices, b.scalar(DType::i64, 0)}));
  const ValueId depth = WALLE_TRY(op.index(1));
  const ValueId places = WALLE_TRY(b.one("Where", {negative, WALLE_TRY(make::reshape(b, depth, Ints{})), indices}));
  return one(b.one("OneHot", {places, depth, values}, {{"axis", int64_t{options->axis()}}}));
}

}  // namespace

extern const TranslationDef kOneHot;
const TranslationDef kOneHot = {.code = schema::BuiltinOperator::ONE_HOT, .translate = translate};

}  // namespace walle::import::tflite
