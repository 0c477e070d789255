#include "libwalle/import/tflite/rules/lstm.h"

namespace walle::import::tflite {
namespace {

// Inputs 1 to 17 are of the way forward, 18 to 34 of the way back, then the states of both.
constexpr rules::LstmInputs kThere = {.weight = {1, 2, 3, 4},
                                      .recurrent = {5, 6, 7, 8},
                                      .bias = {12, 13, 14, 15},
                                      .peephole = {9, 10, 11},
                                      .projection = 16,
                                      .projection_bias = 17,
                                      .output_state = 35,
                                      .cell_state = 36};
constexpr rules::LstmInputs kBack = {.weight = {18, 19, 20, 21},
                                     .recurrent = {22, 23, 24, 25},
                                     .bias = {29, 30, 31, 32},
                                     .peephole = {26, 27, 28},
                                     .projection = 33,
                                     .projection_bias = 34,
                                     .output_state = 37,
                                     .cell_state = 38};

Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::BidirectionalSequenceLSTMOptions>());
  for (size_t i = 39; i < op.input_count(); ++i) {
    if (op.has(i)) return Operation::fail(ErrorCode::unsupported, "auxiliary inputs");
  }
  rules::LstmOptions direction = {.activation = options->fused_activation_function(),
                                  .cell_clip = options->cell_clip(),
                                  .projection_clip = options->proj_clip()};
  const ValueId x = WALLE_TRY(rules::sequence_of(op, options->time_major()));
  const ValueId there = WALLE_TRY(rules::run_lstm(op, x, kThere, direction));
  direction.backward = true;
  const ValueId back = WALLE_TRY(rules::run_lstm(op, x, kBack, direction));
  const ValueId first = WALLE_TRY(rules::as_layer(op, there, options->time_major()));
  const ValueId second = WALLE_TRY(rules::as_layer(op, back, options->time_major()));
  if (!options->merge_outputs()) return std::vector{first, second};
  return one(make::concat(op.builder(), {first, second}, 2));
}

}  // namespace

extern const TranslationDef kBidirectionalSequenceLstm;
const TranslationDef kBidirectionalSequenceLstm = {.code = schema::BuiltinOperator::BIDIRECTIONAL_SEQUENCE_LSTM,
                                                   .translate = translate};

}  // namespace walle::import::tflite
