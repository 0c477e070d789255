#include "libwalle/ops/rules/recurrent.h"

#include <algorithm>

#include "libwalle/ops/rules/activation.h"
#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/turns.h"

namespace walle::ops::rules {
namespace {

Result<Recurrent> recurrent_of(const NodeView& node, const std::vector<std::string>& defaults) {
  const Ints x = WALLE_TRY(node.dims(0));
  const Ints r = WALLE_TRY(node.dims(2));
  if (x.size() != 3 || r.size() != 3) return node.fail(ErrorCode::invalid_argument, "needs operands of rank 3");
  Recurrent result;
  result.batch_first = WALLE_TRY(node.attribute_int("layout", 0)) != 0;
  result.steps = x[result.batch_first ? 1 : 0];
  result.batch = x[result.batch_first ? 0 : 1];
  result.input = x[2];
  result.hidden = r[2];
  result.directions = r[0];
  const std::string direction = WALLE_TRY(node.attribute_string("direction", "forward"));
  result.reverse_only = direction == "reverse";
  if (result.directions != (direction == "bidirectional" ? 2 : 1))
    return node.fail(ErrorCode::invalid_argument, "direction '" + direction + "' does not fit the weights");
  result.clip = static_cast<double>(WALLE_TRY(node.attribute_float("clip", 0)));
  result.activations = WALLE_TRY(activations_of(node, defaults, static_cast<size_t>(result.directions)));
  if (result.steps == 0) return node.fail(ErrorCode::unsupported, "the sequence is empty");
  return result;
}

/// [steps, batch, input] whatever the layout.
Result<ValueId> time_first(GraphBuilder& builder, const Recurrent& recurrent, ValueId x) {
  return recurrent.batch_first ? transpose(builder, x, {1, 0, 2}) : Result<ValueId>(x);
}

/// True if all sequences are known to have all steps.
bool full_length(const NodeView& node, const Recurrent& recurrent) {
  if (!node.has(4)) return true;
  const auto known = node.known(4);
  return known && std::all_of(known->begin(), known->end(), [&](const Dim& d) { return d == Dim(recurrent.steps); });
}

/// Part `direction` of an operand whose first axis is the direction, without this axis; kNoValue if it is not given.
Result<ValueId> part(const NodeView& node, GraphBuilder& builder, size_t operand, size_t direction) {
  if (!node.has(operand)) return kNoValue;
  Ints dims = WALLE_TRY(node.dims(operand));
  if (dims.empty()) return node.fail(ErrorCode::invalid_argument, "a weight is a scalar");
  const auto at = static_cast<int64_t>(direction);
  dims.erase(dims.begin());
  const ValueId own = WALLE_TRY(slice(builder, node.operand(operand), 0, at, at + 1));
  return reshape(builder, own, dims);
}

/// A cell over time, one direction after the other.
class OverTime {
 public:
  OverTime(const NodeView& node, GraphBuilder& builder, const Recurrent& recurrent, int64_t gates, size_t states,
           Cell cell)
      : node_(node), builder_(builder), recurrent_(recurrent), gates_(gates), states_(states), cell_(cell) {}

  /// Runs direction `index` over x [steps, batch, input]; `y` becomes [steps, batch, hidden] in time order. Returns the
  /// last state.
  Result<State> run(size_t index, ValueId x, ValueId& y) {
    const Sequence sequence = WALLE_TRY(prepare(index, x));
    State state = WALLE_TRY(start(index));
    return recurrent_.steps <= kMostSpelledOut ? spelled_out(sequence, std::move(state), y)
                                               : looped(sequence, std::move(state), y);
  }

 private:
  /// One direction's operands.
  struct Sequence {
    Direction direction;
    ValueId wx = kNoValue;       ///< [steps, batch, gates*hidden], the input's part of all steps with its bias
    ValueId lengths = kNoValue;  ///< [batch, 1], or kNoValue if all sequences have all steps
    bool backwards = false;
  };
  struct Step {
    State state;
    ValueId output = kNoValue;
  };

  Result<State> spelled_out(const Sequence& sequence, State state, ValueId& y) {
    std::vector<ValueId> rows(static_cast<size_t>(recurrent_.steps));
    for (int64_t i = 0; i < recurrent_.steps; ++i) {
      const int64_t t = sequence.backwards ? recurrent_.steps - 1 - i : i;
      const ValueId row = WALLE_TRY(slice(builder_, sequence.wx, 0, t, t + 1));
      const ValueId wx = WALLE_TRY(reshape(builder_, row, Ints{recurrent_.batch, gates_ * recurrent_.hidden}));
      const ValueId at = builder_.scalar(DType::i64, static_cast<double>(t));
      Step step = WALLE_TRY(one_step(builder_, sequence, wx, at, std::move(state)));
      rows[static_cast<size_t>(t)] = step.output;
      state = std::move(step.state);
    }
    const ValueId flat = WALLE_TRY(concat(builder_, std::move(rows), 0));
    y = WALLE_TRY(reshape(builder_, flat, Ints{recurrent_.steps, recurrent_.batch, recurrent_.hidden}));
    return state;
  }

  Result<State> looped(const Sequence& sequence, State state, ValueId& y) {
    const Direction& d = sequence.direction;
    const std::vector<ValueId> captured = {sequence.wx, d.r, d.r_bias, d.peepholes, sequence.lengths};
    const auto turn = [&](GraphBuilder& body, const TurnInputs& inputs) -> Result<TurnOutputs> {
      const auto& own = inputs.captured;
      const Sequence inner = {{d.index, own[1], own[2], own[3]}, own[0], own[4], sequence.backwards};
      ValueId at = inputs.turn;
      if (inner.backwards) {
        const ValueId last = body.scalar(DType::i64, static_cast<double>(recurrent_.steps - 1));
        at = WALLE_TRY(body.one("Sub", {last, at}));
      }
      const ValueId wx = WALLE_TRY(body.one("Gather", {inner.wx, at}, {{"axis", int64_t{0}}}));
      Step step = WALLE_TRY(one_step(body, inner, wx, at, inputs.carried));
      return TurnOutputs{std::move(step.state), {step.output}};
    };
    TurnOutputs done = WALLE_TRY(repeat(builder_, recurrent_.steps, state, captured, turn));
    y = sequence.backwards ? WALLE_TRY(reversed(builder_, done.rows[0])) : done.rows[0];
    return std::move(done.carried);
  }

  /// `wx`: this step's row [batch, gates*hidden]; `at`: its number in time.
  Result<Step> one_step(GraphBuilder& builder, const Sequence& sequence, ValueId wx, ValueId at, State before) {
    State after = WALLE_TRY(cell_(node_, builder, recurrent_, sequence.direction, wx, before));
    if (sequence.lengths == kNoValue) return Step{after, after[0]};
    // Sequences that are over keep their state and give 0.
    const ValueId now = WALLE_TRY(cast(builder, at, *builder.value(sequence.lengths).dtype));
    const ValueId lives = WALLE_TRY(builder.one("Greater", {sequence.lengths, now}));
    const ValueId output = WALLE_TRY(builder.one("Where", {lives, after[0], scalar_like(builder, after[0], 0)}));
    for (size_t i = 0; i < after.size(); ++i) after[i] = WALLE_TRY(builder.one("Where", {lives, after[i], before[i]}));
    return Step{std::move(after), output};
  }

  /// x·w for all steps at once, biases added.
  Result<Sequence> prepare(size_t index, ValueId x) {
    Sequence sequence{.direction = {.index = index}, .backwards = recurrent_.reverse_only || index == 1};
    const int64_t width = gates_ * recurrent_.hidden;
    const ValueId w = WALLE_TRY(part(node_, builder_, 1, index));
    const ValueId r = WALLE_TRY(part(node_, builder_, 2, index));
    const ValueId turned = WALLE_TRY(transpose(builder_, w, {1, 0}));
    sequence.direction.r = WALLE_TRY(transpose(builder_, r, {1, 0}));
    sequence.direction.peepholes = states_ == 2 ? WALLE_TRY(part(node_, builder_, 7, index)) : kNoValue;
    const Ints rows = {recurrent_.steps * recurrent_.batch, recurrent_.input};
    const ValueId flat = WALLE_TRY(reshape(builder_, x, rows));
    ValueId wx = WALLE_TRY(builder_.one("MatMul", {flat, turned}));
    if (node_.has(3)) {
      const ValueId both = WALLE_TRY(part(node_, builder_, 3, index));
      const ValueId bias = WALLE_TRY(slice(builder_, both, 0, 0, width));
      sequence.direction.r_bias = WALLE_TRY(slice(builder_, both, 0, width, 2 * width));
      wx = WALLE_TRY(builder_.one("Add", {wx, bias}));
    }
    sequence.wx = WALLE_TRY(reshape(builder_, wx, Ints{recurrent_.steps, recurrent_.batch, width}));
    if (!full_length(node_, recurrent_))
      sequence.lengths = WALLE_TRY(reshape(builder_, node_.operand(4), Ints{recurrent_.batch, 1}));
    return sequence;
  }

  /// The state before the first step: operands 5 and 6, or zeros.
  Result<State> start(size_t index) {
    State state;
    for (size_t i = 0; i < states_; ++i) {
      const size_t operand = 5 + i;
      if (!node_.has(operand)) {
        const ValueId zero = builder_.scalar(WALLE_TRY(node_.dtype(0)), 0);
        state.push_back(WALLE_TRY(expand(builder_, zero, Ints{recurrent_.batch, recurrent_.hidden})));
        continue;
      }
      ValueId given = node_.operand(operand);
      if (recurrent_.batch_first) given = WALLE_TRY(transpose(builder_, given, {1, 0, 2}));
      const auto at = static_cast<int64_t>(index);
      const ValueId own = WALLE_TRY(slice(builder_, given, 0, at, at + 1));
      state.push_back(WALLE_TRY(reshape(builder_, own, Ints{recurrent_.batch, recurrent_.hidden})));
    }
    return state;
  }

  const NodeView& node_;
  GraphBuilder& builder_;
  const Recurrent& recurrent_;
  int64_t gates_;
  size_t states_;
  Cell cell_;
};

/// Each direction's [steps, batch, hidden] → [steps, directions, batch, hidden], or batch first
/// [batch, steps, directions, hidden].
Result<ValueId> joined_outputs(GraphBuilder& builder, const Recurrent& recurrent, std::vector<ValueId> outputs) {
  const Ints shape = {recurrent.steps, 1, recurrent.batch, recurrent.hidden};
  for (ValueId& output : outputs) output = WALLE_TRY(reshape(builder, output, shape));
  const ValueId y = WALLE_TRY(concat(builder, std::move(outputs), 1));
  return recurrent.batch_first ? transpose(builder, y, {2, 0, 1, 3}) : Result<ValueId>(y);
}

/// The last states of all directions: [directions, batch, hidden], or batch first.
Result<ValueId> joined_states(GraphBuilder& builder, const Recurrent& recurrent, std::vector<ValueId> states) {
  const ValueId flat = WALLE_TRY(concat(builder, std::move(states), 0));
  const ValueId y = WALLE_TRY(reshape(builder, flat, Ints{recurrent.directions, recurrent.batch, recurrent.hidden}));
  return recurrent.batch_first ? transpose(builder, y, {1, 0, 2}) : Result<ValueId>(y);
}

}  // namespace

Status infer_recurrent(const NodeView& node, InferContext& context, size_t states) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (!node.value(0).shape || !node.value(2).shape) {
    rules::set_fresh(context, 0, dtype, 4);
    for (size_t i = 0; i < states; ++i) rules::set_fresh(context, 1 + i, dtype, 3);
    return {};
  }
  const Shape& x = *node.value(0).shape;
  const Shape& r = *node.value(2).shape;
  if (x.size() != 3 || r.size() != 3) return mismatch(node, 0, 2);
  const bool batch_first = WALLE_TRY(node.attribute_int("layout", 0)) != 0;
  const Dim& batch = x[batch_first ? 0 : 1];
  context.set(0, dtype, batch_first ? Shape{batch, x[1], r[0], r[2]} : Shape{x[0], r[0], batch, r[2]});
  for (size_t i = 0; i < states; ++i)
    context.set(1 + i, dtype, batch_first ? Shape{batch, r[0], r[2]} : Shape{r[0], batch, r[2]});
  return {};
}

Replacement over_time(const NodeView& node, GraphBuilder& builder, int64_t gates, size_t states,
                      const std::vector<std::string>& defaults, Cell cell) {
  const Recurrent recurrent = WALLE_TRY(recurrent_of(node, defaults));
  const ValueId x = WALLE_TRY(time_first(builder, recurrent, node.operand(0)));
  OverTime cells(node, builder, recurrent, gates, states, cell);
  std::vector<ValueId> outputs(static_cast<size_t>(recurrent.directions));
  std::vector<State> last;
  for (size_t i = 0; i < outputs.size(); ++i) last.push_back(WALLE_TRY(cells.run(i, x, outputs[i])));
  std::vector<ValueId> results;
  results.push_back(WALLE_TRY(joined_outputs(builder, recurrent, std::move(outputs))));
  for (size_t s = 0; s < states && results.size() < node.result_count(); ++s) {
    std::vector<ValueId> parts;
    for (const State& state : last) parts.push_back(state[s]);
    results.push_back(WALLE_TRY(joined_states(builder, recurrent, std::move(parts))));
  }
  return std::optional(std::move(results));
}

Result<ValueId> clipped(GraphBuilder& builder, const Recurrent& recurrent, ValueId x) {
  if (recurrent.clip <= 0) return x;
  const auto bound = static_cast<float>(recurrent.clip);
  return builder.one("Clip", {x}, {{"min", -bound}, {"max", bound}});
}

Result<ValueId> gate(GraphBuilder& builder, const Recurrent& recurrent, ValueId all, int64_t index) {
  return slice(builder, all, 1, index * recurrent.hidden, (index + 1) * recurrent.hidden);
}

}  // namespace walle::ops::rules
