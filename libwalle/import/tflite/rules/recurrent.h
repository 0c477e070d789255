#pragma once

#include <functional>
#include <span>

#include "libwalle/import/tflite/rules/activation.h"

// Recurrent layers: a cell that runs over a sequence.
namespace walle::import::tflite::rules {

/// One step, built in `builder`'s graph: the next states, and last the step's output. `captured` are the sequence's
/// captures inside of the block.
using Cell = std::function<Translated(GraphBuilder& builder, std::span<const ValueId> states, ValueId x,
                                      std::span<const ValueId> captured)>;

/// What a cell runs over: x [time, batch, …] is cut along its first axis.
struct Sequence {
  ValueId x = kNoValue;
  std::vector<ValueId> states;
  std::vector<ValueId> captures;  ///< what the cell reads besides: weights
  bool backward = false;
};

/// The states after the last step, and last the outputs of all steps [time, …]. Errors: those of the cell.
[[nodiscard]] Translated run_cell(Operation& op, const Sequence& sequence, const Cell& cell);

/// Input 0 with time as its first axis; a matrix is one step.
[[nodiscard]] Result<ValueId> sequence_of(Operation& op, bool time_major);
/// A layer's result [time, batch, out] with the axes of its input.
[[nodiscard]] Result<ValueId> as_layer(Operation& op, ValueId y, bool time_major);

/// The inputs of a simple recurrent layer: weights, recurrent weights, bias, state.
struct SimpleInputs {
  size_t weight = 1, recurrent = 2, bias = 3, state = 4;
};
/// h' = activation(x · wᵀ + h · rᵀ + bias) over the sequence; reads and sets the state. Returns [time, batch, out].
[[nodiscard]] Result<ValueId> run_simple(Operation& op, ValueId x, const SimpleInputs& inputs,
                                         schema::ActivationFunctionType activation, bool backward);

}  // namespace walle::import::tflite::rules
