#include "libwalle/import/tflite/rules/move.h"

#include <algorithm>
#include <limits>

namespace walle::import::tflite::rules {
namespace {

bool same_quantisation(const TensorInfo& a, const TensorInfo& b) {
  if (!a.quantised() && !b.quantised()) return true;
  return a.dtype == b.dtype && a.quantisation.scale == b.quantisation.scale &&
         a.quantisation.zero == b.quantisation.zero && a.quantisation.scale.size() <= 1;
}

}  // namespace

Result<std::vector<ValueId>> movable(Operation& op, const std::vector<size_t>& inputs) {
  const bool as_stored = std::all_of(inputs.begin(), inputs.end(), [&](size_t i) {
    return !op.has(i) || same_quantisation(op.input(i), op.output(0));
  });
  std::vector<ValueId> result;
  for (const size_t i : inputs) result.push_back(WALLE_TRY(as_stored ? op.stored(i) : op.real(i)));
  return result;
}

Result<ValueId> movable(Operation& op, size_t input) { return WALLE_TRY(movable(op, std::vector{input}))[0]; }

Result<std::vector<ValueId>> movable_from(Operation& op, size_t first) {
  std::vector<size_t> inputs;
  for (size_t i = first; i < op.input_count(); ++i) inputs.push_back(i);
  return movable(op, inputs);
}

Result<ValueId> sliced(Operation& op, ValueId x, const Cut& cut) {
  GraphBuilder& b = op.builder();
  return b.one("Slice", {x, b.ints(cut.begin), b.ints(cut.end), b.ints(cut.axes), b.ints(cut.step)});
}

Result<ValueId> reversed(Operation& op, ValueId x, const Ints& axes) {
  const size_t count = axes.size();
  return sliced(op, x,
                {.begin = Ints(count, -1),
                 .end = Ints(count, std::numeric_limits<int64_t>::min()),
                 .step = Ints(count, -1),
                 .axes = axes});
}

Result<ValueId> unsqueezed(Operation& op, ValueId x, const Ints& axes) {
  return op.builder().one("Unsqueeze", {x, op.builder().ints(axes)});
}

Result<ValueId> squeezed(Operation& op, ValueId x, const Ints& axes) {
  return op.builder().one("Squeeze", {x, op.builder().ints(axes)});
}

Result<Ints> paddings(Operation& op, size_t input, size_t rank) {
  Ints result = WALLE_TRY(op.ints(input));
  if (result.size() != 2 * rank)
    return Operation::fail(ErrorCode::invalid_argument, "needs two paddings for each axis");
  const auto wrong = [](int64_t padding) { return padding < 0 || padding > engine::kMaxElements; };
  if (std::any_of(result.begin(), result.end(), wrong))
    return Operation::fail(ErrorCode::invalid_argument, "a padding is negative or too large");
  return result;
}

Result<ValueId> padded(Operation& op, ValueId x, const Ints& paddings, ValueId value) {
  Ints pads;  // all before, then all after
  for (size_t side = 0; side < 2; ++side) {
    for (size_t i = side; i < paddings.size(); i += 2) pads.push_back(paddings[i]);
  }
  return op.builder().one("Pad", {x, op.builder().ints(pads), value});
}

ValueId stored_zero(Operation& op, ValueId stored, const TensorInfo& info) {
  const bool shifted = info.quantised() && info.quantisation.zero.size() == 1;
  return make::scalar_like(op.builder(), stored, shifted ? static_cast<double>(info.quantisation.zero[0]) : 0);
}

}  // namespace walle::import::tflite::rules
