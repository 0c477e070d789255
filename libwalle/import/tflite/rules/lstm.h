#pragma once

#include <array>

#include "libwalle/import/tflite/rules/recurrent.h"

namespace walle::import::tflite::rules {

/// Positions of an LSTM's inputs, by gate: input, forget, cell, output. Which are given says the layer's form: without
/// weights of the input gate it is 1 - forget.
struct LstmInputs {
  std::array<size_t, 4> weight{}, recurrent{}, bias{};
  std::array<size_t, 4> norm{};      ///< scales of layer normalisation; 0: the operator has none
  std::array<size_t, 3> peephole{};  ///< from the cell to the input, forget and output gate
  size_t projection = 0, projection_bias = 0;
  size_t output_state = 0, cell_state = 0;
};
struct LstmOptions {
  schema::ActivationFunctionType activation{};
  float cell_clip = 0, projection_clip = 0;  ///< 0: none
  bool backward = false;
};

/// c' = f · c + i · act(g), h' = o · act(c') (projected, if it says so), gates i, f, o = σ(x · wᵀ + h · rᵀ + p · c +
/// b), over x [time, batch, in]. Reads and sets the states. Returns [time, batch, out].
[[nodiscard]] Result<ValueId> run_lstm(Operation& op, ValueId x, const LstmInputs& inputs, const LstmOptions& options);

/// Where LSTM and UNIDIRECTIONAL_SEQUENCE_LSTM have their inputs.
[[nodiscard]] LstmInputs single_lstm(const Operation& op);

}  // namespace walle::import::tflite::rules
