#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/window.h"

namespace walle::ops {
namespace {

/// kernel_shape, or the sizes of the weight. Errors: unsupported if the weight's sizes are not known.
Result<Ints> kernel_of(const NodeView& node, const Shape& w) {
  const auto sizes = graph::concrete(Shape(w.begin() + 2, w.end()));
  if (!sizes) return node.fail(ErrorCode::unsupported, "the weight's kernel has a symbolic size");
  const Ints given = WALLE_TRY(node.attribute_ints("kernel_shape", *sizes));
  if (given != *sizes) return node.fail(ErrorCode::invalid_argument, "kernel_shape is not that of the weight");
  return given;
}

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (WALLE_TRY(node.dtype(1)) != dtype)
    return node.fail(ErrorCode::invalid_argument, "operand and weight have different types");
  if (!rules::has_shapes(node)) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  const Shape& x = *node.value(0).shape;
  const Shape& w = *node.value(1).shape;
  if (x.size() < 3 || x.size() != w.size()) return rules::mismatch(node, 0, 1);
  WALLE_TRY(rules::check_groups(node, 0, 1));
  if (node.has(2)) {
    const Shape bias = WALLE_TRY(node.shape(2));
    if (bias.size() != 1 || !rules::may_equal(bias[0], w[0])) return rules::mismatch(node, 1, 2);
  }
  if (rules::set_symbolic_window(context, dtype, x, w[0], w)) return {};
  Ints kernel = WALLE_TRY(kernel_of(node, w));
  const auto a = WALLE_TRY(rules::window_attributes(node, std::move(kernel)));
  Shape result = {x[0], w[0]};
  for (size_t i = 0; i + 2 < x.size(); ++i) {
    result.push_back(WALLE_TRY(rules::window_size(node, context, a, i, x[i + 2])));
  }
  context.set(0, dtype, std::move(result));
  return {};
}

Result<CoreForm> atomic(const NodeView& node) {
  const Ints x = WALLE_TRY(node.dims(0));
  const Shape w = WALLE_TRY(node.shape(1));
  Ints kernel = WALLE_TRY(kernel_of(node, w));
  const auto a = WALLE_TRY(rules::window_attributes(node, std::move(kernel)));
  ConvAttributes conv;
  conv.window = WALLE_TRY(rules::window(node, a, std::span(x).subspan(2)));
  conv.group = WALLE_TRY(node.attribute_int("group", 1));
  CoreForm form{.attributes = conv};
  if (node.has(2)) form.epilogue.push_back({.kind = EpilogueKind::bias_channel, .operand = 2});
  return form;
}

}  // namespace

extern const OpDef kConv = {
    .name = "Conv",
    .formula = "y[n,m,p] = bias[m] + Σ_c Σ_k w[m,c,k] * x[n,c,p·stride + k·dilation - pad], in groups",
    .op_class = OpClass::atomic,
    .operands = {2, 3},
    .results = {1, 1},
    .attributes =
        "auto_pad:string=NOTSET, dilations:ints(1..)?, group:int(1..)=1, kernel_shape:ints(1..)?, pads:ints?, "
        "strides:ints(1..)?",
    .infer = infer,
    .atomic = atomic};

}  // namespace walle::ops
