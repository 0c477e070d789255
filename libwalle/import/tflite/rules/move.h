#pragma once

#include "libwalle/import/tflite/rules/define.h"

// Operators that move elements and change none.
namespace walle::import::tflite::rules {

/// Inputs `inputs` in the form in which output 0 can take their elements: as stored where all have its quantisation,
/// else as real numbers.
[[nodiscard]] Result<std::vector<ValueId>> movable(Operation& op, const std::vector<size_t>& inputs);
[[nodiscard]] Result<ValueId> movable(Operation& op, size_t input);
/// All inputs from `first` on.
[[nodiscard]] Result<std::vector<ValueId>> movable_from(Operation& op, size_t first);

/// x[begin:end:step] along each of `axes`.
struct Cut {
  Ints begin, end, step, axes;
};
[[nodiscard]] Result<ValueId> sliced(Operation& op, ValueId x, const Cut& cut);
/// x backwards along these axes.
[[nodiscard]] Result<ValueId> reversed(Operation& op, ValueId x, const Ints& axes);
/// x with axes of size 1 put in, or taken away.
[[nodiscard]] Result<ValueId> unsqueezed(Operation& op, ValueId x, const Ints& axes);
[[nodiscard]] Result<ValueId> squeezed(Operation& op, ValueId x, const Ints& axes);
/// Input `paddings` ([rank, 2]: before and after each axis) as numbers, checked.
[[nodiscard]] Result<Ints> paddings(Operation& op, size_t input, size_t rank);
/// Constant padding as those numbers say; value: a scalar of x's dtype.
[[nodiscard]] Result<ValueId> padded(Operation& op, ValueId x, const Ints& paddings, ValueId value);
/// The number that stands for 0 in what is stored of this tensor.
[[nodiscard]] ValueId stored_zero(Operation& op, ValueId stored, const TensorInfo& info);

}  // namespace walle::import::tflite::rules
