#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/window.h"

namespace walle::ops {
namespace {

/// (x - 1) * stride + kernel - pads: what the pooling began with.
Result<Shape> pooled_from(const NodeView& node, InferContext& context) {
  const Shape x = WALLE_TRY(node.shape(0));
  Ints kernel = WALLE_TRY(node.attribute_ints("kernel_shape", {}));
  const auto a = WALLE_TRY(rules::window_attributes(node, std::move(kernel)));
  const size_t axes = a.kernel.size();
  if (x.size() != axes + 2) return node.fail(ErrorCode::invalid_argument, "kernel_shape does not fit the operand");
  Shape result = {x[0], x[1]};
  for (size_t i = 0; i < axes; ++i) {
    const Dim grown = rules::times(context, x[i + 2], Dim(a.strides[i]));
    result.push_back(rules::plus(context, grown, Dim(a.kernel[i] - a.strides[i] - a.pads[i] - a.pads[i + axes])));
  }
  return result;
}

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  const auto given = node.known(2);
  if (given) {
    context.set(0, dtype, *given);
  } else if (node.has(2) || !node.value(0).shape) {
    context.set_unknown_shape(0, dtype);
  } else {
    context.set(0, dtype, WALLE_TRY(pooled_from(node, context)));
  }
  return {};
}

/// Indices are those of the tensor before pooling. Where output_shape is larger they are moved to its rows.
Result<ValueId> positions(const NodeView& node, GraphBuilder& builder, const Ints& from, const Ints& to) {
  ValueId indices = WALLE_TRY(rules::cast(builder, node.operand(1), DType::i64));
  if (from == to) return indices;
  const Ints old_strides = rules::strides(from);
  const Ints new_strides = rules::strides(to);
  ValueId sum = kNoValue;
  for (size_t i = 0; i < from.size(); ++i) {
    const ValueId row = WALLE_TRY(rules::with_scalar(builder, "Div", indices, static_cast<double>(old_strides[i])));
    const ValueId rest = WALLE_TRY(rules::with_scalar(builder, "Mul", row, static_cast<double>(old_strides[i])));
    indices = WALLE_TRY(builder.one("Sub", {indices, rest}));
    const ValueId part = WALLE_TRY(rules::with_scalar(builder, "Mul", row, static_cast<double>(new_strides[i])));
    sum = sum == kNoValue ? part : WALLE_TRY(builder.one("Add", {sum, part}));
  }
  return sum;
}

/// The dims that the indices count in: without output_shape those of the result.
Result<Ints> source_dims(const NodeView& node) {
  const Ints x = WALLE_TRY(node.dims(0));
  Ints kernel = WALLE_TRY(node.attribute_ints("kernel_shape", {}));
  const auto a = WALLE_TRY(rules::window_attributes(node, std::move(kernel)));
  if (x.size() != a.kernel.size() + 2 || WALLE_TRY(node.result_dims(0)).size() != x.size())
    return node.fail(ErrorCode::invalid_argument, "kernel_shape and output_shape do not fit the operand");
  Ints result = {x[0], x[1]};
  for (size_t i = 0; i < a.kernel.size(); ++i) {
    result.push_back((x[i + 2] - 1) * a.strides[i] + a.kernel[i] - a.pads[i] - a.pads[i + a.kernel.size()]);
  }
  return result;
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const Ints from = WALLE_TRY(source_dims(node));
  const Ints to = WALLE_TRY(node.result_dims(0));
  const Ints x = WALLE_TRY(node.dims(0));
  const ValueId at = WALLE_TRY(positions(node, builder, from, to));
  const ValueId zeros =
      WALLE_TRY(rules::expand(builder, rules::scalar_like(builder, node.operand(0), 0), Ints{rules::count(to)}));
  const ValueId flat = WALLE_TRY(rules::reshape(builder, at, Ints{rules::count(x)}));
  const ValueId values = WALLE_TRY(rules::reshape(builder, node.operand(0), Ints{rules::count(x)}));
  const ValueId y = WALLE_TRY(builder.one("ScatterElements", {zeros, flat, values}));
  return rules::replaced(rules::reshape(builder, y, to));
}

}  // namespace

extern const OpDef kMaxUnpool = {.name = "MaxUnpool",
                                 .formula = "y = 0; y[indices] = x: the maxima of a MaxPool back in their places",
                                 .op_class = OpClass::composite,
                                 .operands = {2, 3},
                                 .results = {1, 1},
                                 .attributes = "kernel_shape:ints(1..), pads:ints?, strides:ints(1..)?",
                                 .infer = infer,
                                 .decompose = decompose};

}  // namespace walle::ops
