#include "libwalle/import/tflite/rules/lstm.h"

namespace walle::import::tflite::rules {
namespace {

constexpr size_t kInput = 0, kForget = 1, kCell = 2, kOutput = 3;
constexpr size_t kNone = SIZE_MAX;

/// Where in the captures the weights of one gate stand; kNone for those that it does not have.
struct Gate {
  bool given = false;
  size_t row = 0;  ///< which part of the step's input is its product with x
  size_t recurrent = kNone, peephole = kNone, norm = kNone, bias = kNone;
};

class Lstm {
 public:
  Lstm(Operation& op, const LstmInputs& inputs, const LstmOptions& options)
      : op_(op), inputs_(inputs), options_(options) {}

  Result<ValueId> run(ValueId x) {
    sequence_.x = WALLE_TRY(prepare(x));
    sequence_.states = {WALLE_TRY(op_.real(inputs_.output_state)), WALLE_TRY(op_.real(inputs_.cell_state))};
    sequence_.backward = options_.backward;
    if (op_.has(inputs_.projection) && inputs_.projection != 0) {
      projection_ = WALLE_TRY(capture(inputs_.projection, {1, 0}));
      projection_bias_ = WALLE_TRY(capture(inputs_.projection_bias));
    }
    const auto made = WALLE_TRY(run_cell(op_, sequence_, [this](auto& b, auto states, auto row, auto captured) {
      captured_ = captured;
      return step(b, states, row);
    }));
    WALLE_TRY(op_.set_state(inputs_.output_state, made[0]));
    WALLE_TRY(op_.set_state(inputs_.cell_state, made[1]));
    return made[2];
  }

 private:
  /// Products of x with the weights of all gates, side by side; captures of the rest.
  Result<ValueId> prepare(ValueId x) {
    GraphBuilder& b = op_.builder();
    std::vector<ValueId> products;
    for (size_t g = 0; g < gates_.size(); ++g) {
      Gate& gate = gates_[g];
      gate.given = op_.has(inputs_.weight[g]);
      if (!gate.given && g != kInput) return Operation::fail(ErrorCode::invalid_argument, "a gate has no weights");
      if (!gate.given) continue;
      gate.row = products.size();
      ValueId product = WALLE_TRY(b.one("MatMul", {x, WALLE_TRY(op_.real(inputs_.weight[g], {1, 0}))}));
      gate.recurrent = WALLE_TRY(capture(inputs_.recurrent[g], {1, 0}));
      gate.norm = inputs_.norm[g] == 0 ? kNone : WALLE_TRY(capture(inputs_.norm[g]));
      if (g != kCell) gate.peephole = WALLE_TRY(capture(inputs_.peephole[g == kOutput ? 2 : g]));
      if (gate.norm != kNone) {
        gate.bias = WALLE_TRY(capture(inputs_.bias[g]));  // added after the normalisation
      } else if (op_.has(inputs_.bias[g])) {
        product = WALLE_TRY(b.one("Add", {product, WALLE_TRY(op_.real(inputs_.bias[g]))}));
      }
      products.push_back(product);
    }
    units_ = WALLE_TRY(op_.known_dims(WALLE_TRY(op_.stored(inputs_.weight[kCell]))))[0];
    return make::concat(b, std::move(products), 2);
  }

  Result<size_t> capture(size_t input, const Ints& perm = {}) {
    if (!op_.has(input)) return kNone;
    sequence_.captures.push_back(WALLE_TRY(op_.real(input, perm)));
    return sequence_.captures.size() - 1;
  }

  /// What stands inside a gate's activation.
  Result<ValueId> sum(GraphBuilder& b, const Gate& gate, ValueId row, ValueId h, ValueId c) {
    const auto first = static_cast<int64_t>(gate.row) * units_;
    ValueId y = WALLE_TRY(make::slice(b, row, 1, first, first + units_));
    if (gate.recurrent != kNone)
      y = WALLE_TRY(b.one("Add", {y, WALLE_TRY(b.one("MatMul", {h, captured_[gate.recurrent]}))}));
    if (gate.peephole != kNone)
      y = WALLE_TRY(b.one("Add", {y, WALLE_TRY(b.one("Mul", {c, captured_[gate.peephole]}))}));
    if (gate.norm == kNone) return y;
    constexpr float kEpsilon = 1e-8F;
    std::vector<ValueId> operands = {y, captured_[gate.norm]};
    if (gate.bias != kNone) operands.push_back(captured_[gate.bias]);
    return b.one("LayerNormalization", std::move(operands), {{"axis", int64_t{-1}}, {"epsilon", kEpsilon}});
  }

  Result<ValueId> sigmoid(GraphBuilder& b, size_t gate, ValueId row, ValueId h, ValueId c) {
    return b.one("Sigmoid", {WALLE_TRY(sum(b, gates_[gate], row, h, c))});
  }

  Translated step(GraphBuilder& b, std::span<const ValueId> states, ValueId row) {
    const ValueId h = states[0];
    const ValueId c = states[1];
    const ValueId forget = WALLE_TRY(sigmoid(b, kForget, row, h, c));
    const ValueId candidate = WALLE_TRY(activated(b, WALLE_TRY(sum(b, gates_[kCell], row, h, c)), options_.activation));
    const ValueId input = gates_[kInput].given ? WALLE_TRY(sigmoid(b, kInput, row, h, c))
                                               : WALLE_TRY(b.one("Sub", {make::scalar_like(b, forget, 1), forget}));
    const ValueId kept = WALLE_TRY(b.one("Mul", {forget, c}));
    ValueId cell = WALLE_TRY(b.one("Add", {kept, WALLE_TRY(b.one("Mul", {input, candidate}))}));
    if (options_.cell_clip > 0) cell = WALLE_TRY(clipped(b, cell, -options_.cell_clip, options_.cell_clip));
    const ValueId output = WALLE_TRY(sigmoid(b, kOutput, row, h, cell));
    ValueId next = WALLE_TRY(b.one("Mul", {output, WALLE_TRY(activated(b, cell, options_.activation))}));
    if (projection_ != kNone) next = WALLE_TRY(projected(b, next));
    return std::vector{next, cell, next};
  }

  Result<ValueId> projected(GraphBuilder& b, ValueId h) {
    ValueId y = WALLE_TRY(b.one("MatMul", {h, captured_[projection_]}));
    if (projection_bias_ != kNone) y = WALLE_TRY(b.one("Add", {y, captured_[projection_bias_]}));
    if (options_.projection_clip > 0) y = WALLE_TRY(clipped(b, y, -options_.projection_clip, options_.projection_clip));
    return y;
  }

  Operation& op_;
  const LstmInputs& inputs_;
  const LstmOptions& options_;
  Sequence sequence_;
  std::array<Gate, 4> gates_;
  size_t projection_ = kNone, projection_bias_ = kNone;
  int64_t units_ = 0;
  std::span<const ValueId> captured_;  ///< inside of the block
};

}  // namespace

Result<ValueId> run_lstm(Operation& op, ValueId x, const LstmInputs& inputs, const LstmOptions& options) {
  return Lstm(op, inputs, options).run(x);
}

LstmInputs single_lstm(const Operation& op) {
  constexpr size_t kNorms = 20;  // only then it normalises
  LstmInputs inputs = {.weight = {1, 2, 3, 4},
                       .recurrent = {5, 6, 7, 8},
                       .bias = {12, 13, 14, 15},
                       .peephole = {9, 10, 11},
                       .projection = 16,
                       .projection_bias = 17,
                       .output_state = 18,
                       .cell_state = 19};
  if (op.has(kNorms + kForget)) inputs.norm = {kNorms, kNorms + 1, kNorms + 2, kNorms + 3};
  return inputs;
}

}  // namespace walle::import::tflite::rules
