#include <algorithm>

#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/containers.h"
#include "libwalle/ops/rules/inline.h"
#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/turns.h"

namespace walle::ops {
namespace {

constexpr int64_t kMaxSequences = 4096;  // each is spelled out

/// Opset 8 had a batch axis and sequence lengths in front.
Status upgrade(Node& node, int opset, GraphBuilder&) {
  if (opset >= 9) return {};
  if (!node.operands.empty() && node.operands[0] != kNoValue)
    return fail(ErrorCode::unsupported, "node '" + node.name + "' (Scan): sequence lengths of opset 8");
  if (!node.operands.empty()) node.operands.erase(node.operands.begin());
  node.attributes["batched"] = int64_t{1};
  return {};
}

/// Operands: states, scanned values, captures.
struct Layout {
  size_t states = 0, scanned = 0;
  bool batched = false;
};

Result<Layout> layout_of(const NodeView& node) {
  const int64_t scanned = WALLE_TRY(node.attribute_int("num_scan_inputs", 0));
  const int64_t captures = WALLE_TRY(node.attribute_int("captures", 0));
  const auto operands = static_cast<int64_t>(node.operand_count());
  if (node.node().blocks.size() > 1 || scanned < 1 || captures < 0 || scanned > operands - captures)
    return node.fail(ErrorCode::invalid_argument, "operands, num_scan_inputs and body do not fit");
  const bool batched = WALLE_TRY(node.attribute_int("batched", 0)) != 0;
  return Layout{static_cast<size_t>(operands - captures - scanned), static_cast<size_t>(scanned), batched};
}

/// Entry `i` of a list attribute with one number for each scanned operand or result; default 0.
Result<int64_t> entry(const NodeView& node, std::string_view attribute, size_t count, size_t i) {
  const Ints list = WALLE_TRY(node.attribute_ints(attribute, Ints(count, 0)));
  if (list.size() != count)
    return node.fail(ErrorCode::invalid_argument, std::string(attribute) + " has a wrong length");
  return list[i];
}

Result<size_t> axis_of(const NodeView& node, std::string_view attribute, size_t count, size_t i, size_t rank) {
  return static_cast<size_t>(
      WALLE_TRY(node.axis(WALLE_TRY(entry(node, attribute, count, i)), static_cast<int64_t>(rank))));
}

/// The body's inputs: states as they are, one row of what is scanned, captures.
Result<std::vector<graph::Value>> body_inputs(const NodeView& node, const Layout& layout, Dim& length) {
  std::vector<graph::Value> inputs;
  for (size_t i = 0; i < node.operand_count(); ++i) {
    graph::Value value = node.value(i);
    if (i < layout.states + layout.scanned) {
      value.known.reset();
      value.constant.reset();
    }
    if (layout.batched && i < layout.states + layout.scanned && value.shape && !value.shape->empty())
      value.shape->erase(value.shape->begin());
    if (i >= layout.states && i < layout.states + layout.scanned && value.shape) {
      const size_t axis =
          WALLE_TRY(axis_of(node, "scan_input_axes", layout.scanned, i - layout.states, value.shape->size()));
      length = (*value.shape)[axis];
      value.shape->erase(value.shape->begin() + static_cast<std::ptrdiff_t>(axis));
    }
    inputs.push_back(std::move(value));
  }
  return inputs;
}

Status infer(const NodeView& node, InferContext& context) {
  if (node.node().blocks.size() != 1) return node.fail(ErrorCode::invalid_argument, "needs one body");
  const Layout layout = WALLE_TRY(layout_of(node));
  Dim length = context.fresh("length");
  const auto inputs = WALLE_TRY(body_inputs(node, layout, length));
  const auto outputs = WALLE_TRY(context.infer_block(0, inputs));
  if (outputs.size() < node.result_count())
    return node.fail(ErrorCode::invalid_argument, "the body has fewer outputs than the node has results");
  for (size_t i = 0; i < node.result_count(); ++i) {
    const graph::Value& value = outputs[i];
    if (!value.dtype) {
      context.set_unknown(i);
      continue;
    }
    if (!value.shape) {
      context.set_unknown_shape(i, *value.dtype);
      continue;
    }
    Shape shape = *value.shape;
    if (i >= layout.states) {
      const size_t count = node.result_count() - layout.states;
      const size_t axis = WALLE_TRY(axis_of(node, "scan_output_axes", count, i - layout.states, shape.size() + 1));
      shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(axis), length);
    }
    if (layout.batched && node.value(0).shape && !node.value(0).shape->empty())
      shape.insert(shape.begin(), (*node.value(0).shape)[0]);
    context.set(i, *value.dtype, std::move(shape));
  }
  return {};
}

/// Row `t` of x along axis, without the axis.
Result<ValueId> row(GraphBuilder& builder, ValueId x, size_t axis, int64_t t) {
  Ints dims = WALLE_TRY(builder.dims(x));
  dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(axis));
  const ValueId part = WALLE_TRY(rules::slice(builder, x, static_cast<int64_t>(axis), t, t + 1));
  return rules::reshape(builder, part, dims);
}

/// One sequence: `operands` without a batch axis. A short one step by step, a long one as a loop.
class Sequence {
 public:
  Sequence(const NodeView& node, GraphBuilder& builder, const Layout& layout)
      : node_(node), builder_(builder), layout_(layout) {}

  Result<std::vector<ValueId>> run(std::vector<ValueId> operands) {
    const Ints dims = WALLE_TRY(builder_.dims(operands[layout_.states]));
    const size_t axis = WALLE_TRY(axis_of(node_, "scan_input_axes", layout_.scanned, 0, dims.size()));
    const int64_t length = dims[axis];
    if (length < 1) return node_.fail(ErrorCode::unsupported, "there is nothing to scan");
    return length <= rules::kMostSpelledOut ? spelled_out(std::move(operands), length)
                                            : looped(std::move(operands), length);
  }

 private:
  Result<std::vector<ValueId>> spelled_out(std::vector<ValueId> operands, int64_t length) {
    const size_t results = node_.node().blocks[0]->outputs.size();
    std::vector<std::vector<ValueId>> scanned(results);
    for (int64_t step = 0; step < length; ++step) {
      std::vector<ValueId> inputs = operands;
      for (size_t i = 0; i < layout_.scanned; ++i) {
        ValueId& input = inputs[layout_.states + i];
        input = WALLE_TRY(input_row(input, i, step, length));
      }
      const auto outputs = WALLE_TRY(rules::inline_block(node_, builder_, 0, inputs));
      for (size_t i = 0; i < results; ++i) {
        if (i < layout_.states) operands[i] = outputs[i];
        if (i >= layout_.states) scanned[i].push_back(outputs[i]);
      }
    }
    return collect(operands, std::move(scanned));
  }

  Result<std::vector<ValueId>> looped(std::vector<ValueId> operands, int64_t length) {
    const std::vector<ValueId> states(operands.begin(), operands.begin() + static_cast<std::ptrdiff_t>(layout_.states));
    operands.erase(operands.begin(), operands.begin() + static_cast<std::ptrdiff_t>(layout_.states));
    const auto turn = [&](GraphBuilder& body, const rules::TurnInputs& inputs) -> Result<rules::TurnOutputs> {
      std::vector<ValueId> given = inputs.carried;
      for (size_t i = 0; i < inputs.captured.size(); ++i) {
        ValueId value = inputs.captured[i];
        if (i < layout_.scanned) {
          const Scanned scanned = WALLE_TRY(scanned_input(body, value, i, length));
          value = WALLE_TRY(rules::row_at(body, value, scanned.axis, inputs.turn, scanned.backwards));
        }
        given.push_back(value);
      }
      const auto outputs = WALLE_TRY(rules::inline_block(node_, body, 0, given));
      const auto rows = outputs.begin() + static_cast<std::ptrdiff_t>(layout_.states);
      return rules::TurnOutputs{{outputs.begin(), rows}, {rows, outputs.end()}};
    };
    rules::TurnOutputs done = WALLE_TRY(rules::repeat(builder_, length, states, operands, turn));
    std::vector<ValueId> results = std::move(done.carried);
    for (size_t i = 0; i < done.rows.size(); ++i) {
      ValueId y = done.rows[i];
      if (WALLE_TRY(entry(node_, "scan_output_directions", done.rows.size(), i)) != 0)
        y = WALLE_TRY(rules::reversed(builder_, y));
      const size_t rank = WALLE_TRY(builder_.dims(y)).size();
      const size_t axis = WALLE_TRY(axis_of(node_, "scan_output_axes", done.rows.size(), i, rank));
      Ints order;  // the turns' axis is the first; it belongs at `axis`
      for (size_t d = 1; d < rank; ++d) order.push_back(static_cast<int64_t>(d));
      order.insert(order.begin() + static_cast<std::ptrdiff_t>(axis), 0);
      results.push_back(WALLE_TRY(rules::transpose(builder_, y, std::move(order))));
    }
    return results;
  }

  struct Scanned {
    size_t axis = 0;
    bool backwards = false;
  };
  Result<Scanned> scanned_input(GraphBuilder& builder, ValueId x, size_t i, int64_t length) const {
    const Ints dims = WALLE_TRY(builder.dims(x));
    const size_t axis = WALLE_TRY(axis_of(node_, "scan_input_axes", layout_.scanned, i, dims.size()));
    if (dims[axis] != length) return node_.fail(ErrorCode::invalid_argument, "what is scanned differs in length");
    return Scanned{axis, WALLE_TRY(entry(node_, "scan_input_directions", layout_.scanned, i)) != 0};
  }

  Result<ValueId> input_row(ValueId x, size_t i, int64_t step, int64_t length) {
    const Scanned scanned = WALLE_TRY(scanned_input(builder_, x, i, length));
    return row(builder_, x, scanned.axis, scanned.backwards ? length - 1 - step : step);
  }

  Result<std::vector<ValueId>> collect(const std::vector<ValueId>& states, std::vector<std::vector<ValueId>> scanned) {
    std::vector<ValueId> results(states.begin(), states.begin() + static_cast<std::ptrdiff_t>(layout_.states));
    const size_t count = scanned.size() - layout_.states;
    for (size_t i = 0; i < count; ++i) {
      std::vector<ValueId>& rows = scanned[layout_.states + i];
      if (WALLE_TRY(entry(node_, "scan_output_directions", count, i)) != 0) std::reverse(rows.begin(), rows.end());
      Ints dims = WALLE_TRY(builder_.dims(rows[0]));
      const size_t axis = WALLE_TRY(axis_of(node_, "scan_output_axes", count, i, dims.size() + 1));
      dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(axis), 1);
      for (ValueId& one : rows) one = WALLE_TRY(rules::reshape(builder_, one, dims));
      results.push_back(WALLE_TRY(rules::concat(builder_, rows, static_cast<int64_t>(axis))));
    }
    return results;
  }

  const NodeView& node_;
  GraphBuilder& builder_;
  const Layout& layout_;
};

/// Opset 8: every sequence of the batch by itself.
Replacement by_sequence(const NodeView& node, GraphBuilder& builder, const Layout& layout, Sequence& sequence) {
  const std::vector<ValueId> operands = node.node().operands;
  const int64_t batch = WALLE_TRY(builder.dims(operands[0]))[0];
  if (batch < 1 || batch > kMaxSequences)
    return node.fail(ErrorCode::unsupported, "a batch must have 1 to 4096 sequences");
  std::vector<std::vector<ValueId>> results;
  for (int64_t b = 0; b < batch; ++b) {
    std::vector<ValueId> own = operands;
    for (size_t i = 0; i < layout.states + layout.scanned; ++i) own[i] = WALLE_TRY(row(builder, own[i], 0, b));
    auto made = WALLE_TRY(sequence.run(std::move(own)));
    results.resize(made.size());
    for (size_t i = 0; i < made.size(); ++i) {
      Ints dims = WALLE_TRY(builder.dims(made[i]));
      dims.insert(dims.begin(), 1);
      results[i].push_back(WALLE_TRY(rules::reshape(builder, made[i], dims)));
    }
  }
  std::vector<ValueId> joined;
  for (auto& parts : results) joined.push_back(WALLE_TRY(rules::concat(builder, std::move(parts), 0)));
  return std::optional(std::move(joined));
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const Layout layout = WALLE_TRY(layout_of(node));
  Sequence sequence(node, builder, layout);
  if (layout.batched) return by_sequence(node, builder, layout, sequence);
  return std::optional(WALLE_TRY(sequence.run(node.node().operands)));
}

/// A scan that is carried out: lengths and shapes of the rows are those of the values.
class Scanner {
 public:
  Scanner(const NodeView& node, const Layout& layout, std::span<const engine::AnyValue> operands)
      : node_(node), layout_(layout), operands_(operands) {}

  rules::Values run(graph::BlockRunner& blocks) {
    std::vector<engine::AnyValue> inputs(operands_.begin(), operands_.end());
    const int64_t length = WALLE_TRY(length_of());
    for (int64_t step = 0; step < length; ++step) {
      for (size_t i = 0; i < layout_.scanned; ++i) inputs[layout_.states + i] = WALLE_TRY(row(i, step, length));
      const auto outputs = WALLE_TRY(blocks.run(0, inputs));
      if (outputs.size() < layout_.states)
        return node_.fail(ErrorCode::invalid_argument, "the body has too few outputs");
      scanned_.resize(outputs.size() - layout_.states);
      for (size_t i = 0; i < layout_.states; ++i) inputs[i] = outputs[i];
      for (size_t i = layout_.states; i < outputs.size(); ++i) {
        scanned_[i - layout_.states].push_back(WALLE_TRY(rules::tensor_at(node_, outputs, i)));
        WALLE_TRY(blocks.hold(scanned_[i - layout_.states].back().bytes()));
      }
    }
    inputs.resize(layout_.states);
    for (size_t i = layout_.states; i < node_.result_count(); ++i)
      inputs.emplace_back(WALLE_TRY(collect(i - layout_.states)));
    return inputs;
  }

 private:
  Result<size_t> input_axis(size_t i, size_t rank) const {
    return axis_of(node_, "scan_input_axes", layout_.scanned, i, rank);
  }

  Result<int64_t> length_of() const {
    const engine::Tensor x = WALLE_TRY(rules::tensor_at(node_, operands_, layout_.states));
    return x.dims()[WALLE_TRY(input_axis(0, x.dims().size()))];
  }

  Result<engine::Tensor> row(size_t i, int64_t step, int64_t length) const {
    const engine::Tensor x = WALLE_TRY(rules::tensor_at(node_, operands_, layout_.states + i));
    const size_t axis = WALLE_TRY(input_axis(i, x.dims().size()));
    const bool backwards = WALLE_TRY(entry(node_, "scan_input_directions", layout_.scanned, i)) != 0;
    if (x.dims()[axis] != length) return node_.fail(ErrorCode::invalid_argument, "what is scanned differs in length");
    const auto one = WALLE_TRY(rules::part_of(node_, x, axis, backwards ? length - 1 - step : step, 1));
    Ints dims = x.dims();
    dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(axis));
    return one.reshaped(dims);
  }

  Result<engine::Tensor> collect(size_t i) {
    const size_t count = node_.result_count() - layout_.states;
    const int64_t axis = WALLE_TRY(entry(node_, "scan_output_axes", count, i));
    if (i >= scanned_.size()) {
      const graph::Value& value = node_.result(layout_.states + i);
      const auto rank = static_cast<int64_t>(value.shape ? value.shape->size() : 1);
      return rules::no_rows(node_, layout_.states + i, static_cast<size_t>(WALLE_TRY(node_.axis(axis, rank))));
    }
    std::vector<engine::Tensor>& rows = scanned_[i];
    if (WALLE_TRY(entry(node_, "scan_output_directions", count, i)) != 0) std::reverse(rows.begin(), rows.end());
    return rules::stack(node_, rows, axis);
  }

  const NodeView& node_;
  const Layout& layout_;
  std::span<const engine::AnyValue> operands_;
  std::vector<std::vector<engine::Tensor>> scanned_;  ///< rows, by scanned output
};

rules::Values carry_out(const NodeView& node, std::span<const engine::AnyValue> operands, graph::BlockRunner& blocks) {
  const Layout layout = WALLE_TRY(layout_of(node));
  if (layout.batched)
    return node.fail(ErrorCode::unsupported, "a scan of opset 8 whose shapes depend on data; convert it to opset 9");
  return Scanner(node, layout, operands).run(blocks);
}

}  // namespace

extern const OpDef kScan = {
    .name = "Scan",
    .formula = "for each i: (v…, s_i…) = body(v…, x_i…); y = v…, [s_0, s_1, …]…",
    .op_class = OpClass::composite,
    .operands = {1, -1},
    .results = {1, -1},
    .attributes =
        "batched:int=0, captures:int(0..16777216)=0, num_scan_inputs:int(1..16777216), scan_input_axes:ints?, "
        "scan_input_directions:ints?, scan_output_axes:ints?, scan_output_directions:ints?",
    .upgrade = upgrade,
    .infer = infer,
    .decompose = decompose,
    .carry_out = carry_out};

}  // namespace walle::ops
