#include <algorithm>
#include <numeric>

#include "libwalle/import/tflite/rules/move.h"

namespace walle::import::tflite {
namespace {

// Inputs: x, the sizes (one of them may be -1: the rest), the axis.
Translated translate(Operation& op) {
  const ValueId x = WALLE_TRY(rules::movable(op, 0));
  Ints sizes = WALLE_TRY(op.ints(1));
  const int64_t axis = WALLE_TRY(op.axis(WALLE_TRY(op.integer(2)), WALLE_TRY(op.rank(x))));
  if (sizes.size() != op.output_count() || sizes.empty())
    return Operation::fail(ErrorCode::invalid_argument, "has not one size for each result");
  const auto rest = std::find(sizes.begin(), sizes.end(), -1);
  if (rest != sizes.end()) {
    const int64_t whole = WALLE_TRY(op.dims(x))[static_cast<size_t>(axis)];
    *rest = 0;
    *rest = whole - std::accumulate(sizes.begin(), sizes.end(), int64_t{0});
  }
  const auto wrong = [](int64_t size) { return size < 0 || size > engine::kMaxElements; };
  if (std::any_of(sizes.begin(), sizes.end(), wrong))
    return Operation::fail(ErrorCode::invalid_argument, "its sizes do not fit the axis");
  return op.builder().op("Split", {x, op.builder().ints(sizes)}, {{"axis", axis}}, op.output_count());
}

}  // namespace

extern const TranslationDef kSplitV;
const TranslationDef kSplitV = {.code = schema::BuiltinOperator::SPLIT_V, .translate = translate};

}  // namespace walle::import::tflite
