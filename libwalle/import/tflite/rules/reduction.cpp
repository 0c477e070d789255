#include "libwalle/import/tflite/rules/reduction.h"

#include <algorithm>

namespace walle::import::tflite::rules {
namespace {

Result<ValueId> reduced(Operation& op, ValueId x) {
  const auto* options = WALLE_TRY(op.options<schema::ReducerOptions>());
  const size_t rank = WALLE_TRY(op.rank(x));
  Ints axes;
  for (const int64_t axis : WALLE_TRY(op.ints(1))) axes.push_back(WALLE_TRY(op.axis(axis, rank)));
  std::sort(axes.begin(), axes.end());
  axes.erase(std::unique(axes.begin(), axes.end()), axes.end());
  if (axes.empty()) return x;
  return make::reduce(op.builder(), op.op(), x, axes, options->keep_dims());
}

}  // namespace

Translated reduction(Operation& op) { return one(reduced(op, WALLE_TRY(op.real(0)))); }

Translated boolean_reduction(Operation& op) {
  const ValueId x = WALLE_TRY(make::cast(op.builder(), WALLE_TRY(op.stored(0)), DType::i32));
  return one(make::cast(op.builder(), WALLE_TRY(reduced(op, x)), DType::boolean));
}

Translated arg_reduction(Operation& op) {
  const ValueId x = WALLE_TRY(op.real(0));
  const int64_t axis = WALLE_TRY(op.axis(WALLE_TRY(op.integer(1)), WALLE_TRY(op.rank(x))));
  return one(op.builder().one(op.op(), {x}, {{"axis", axis}, {"keepdims", int64_t{0}}}));
}

}  // namespace walle::import::tflite::rules
