#pragma once

#include "libwalle/ops/rules/define.h"

// What LSTM, GRU and RNN share: directions, layout, lengths of sequences, activations, steps in time.
namespace walle::ops::rules {

/// An activation of a recurrent cell.
struct Activation {
  std::string name;  ///< ONNX's: "Sigmoid", "Tanh", "Affine" …
  double alpha = 0, beta = 0;
};

/// A recurrent node with concrete sizes. Positions of operands are those of ONNX: x, w, r, b, lengths, initial h.
struct Recurrent {
  int64_t steps = 0, batch = 0, input = 0, hidden = 0, directions = 1;
  bool batch_first = false;
  bool reverse_only = false;
  double clip = 0;  ///< 0: none
  std::vector<Activation> activations;
};

/// What a cell reads in each step of one direction.
struct Direction {
  size_t index = 0;
  ValueId r = kNoValue;          ///< [hidden, gates*hidden]
  ValueId r_bias = kNoValue;     ///< [gates*hidden], or kNoValue
  ValueId peepholes = kNoValue;  ///< [3*hidden], or kNoValue
};

/// The state of a cell: h, and c for an LSTM; each [batch, hidden].
using State = std::vector<ValueId>;
/// One step: the gates' input part [batch, gates*hidden] and the state before → the state after.
using Cell = Result<State> (*)(const NodeView&, GraphBuilder&, const Recurrent&, const Direction&, ValueId wx_step,
                               const State&);

/// Shape rule: y [steps, directions, batch, hidden], then `states` values [directions, batch, hidden].
[[nodiscard]] Status infer_recurrent(const NodeView& node, InferContext& context, size_t states);
/// Runs the cell over time: a short sequence step by step, a long one as a loop. `gates`: how many; `states`: 1, or 2
/// with a cell state whose start is operand 6; `defaults`: the activations of one direction.
[[nodiscard]] Replacement over_time(const NodeView& node, GraphBuilder& builder, int64_t gates, size_t states,
                                    const std::vector<std::string>& defaults, Cell cell);

/// The activation number `index` of a direction.
[[nodiscard]] Result<ValueId> activate(const NodeView& node, GraphBuilder& builder, const Activation& activation,
                                       ValueId x);
/// x limited to ±clip, if there is a clip.
[[nodiscard]] Result<ValueId> clipped(GraphBuilder& builder, const Recurrent& recurrent, ValueId x);
/// Column block `index` of [batch, gates*hidden].
[[nodiscard]] Result<ValueId> gate(GraphBuilder& builder, const Recurrent& recurrent, ValueId all, int64_t index);
inline constexpr std::string_view kRecurrentAttributes =
    "activation_alpha:floats?, activation_beta:floats?, activations:strings?, clip:float?, "
    "direction:string(forward|reverse|bidirectional)=forward, "
    "hidden_size:int(1..)?, layout:int(0..1)=0, input_forget:int=0, linear_before_reset:int=0";

}  // namespace walle::ops::rules
