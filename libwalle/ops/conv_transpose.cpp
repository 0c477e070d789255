#include <algorithm>

#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/window.h"

namespace walle::ops {
namespace {

/// Everything that decides sizes: the window, what is added at the end, and the sizes asked for.
struct Attributes {
  rules::WindowAttributes window;
  Ints output_padding;
  Ints output_shape;  ///< of the spatial axes; empty: follows from the rest
  int64_t group = 1;
};

Result<Attributes> attributes_of(const NodeView& node, const Shape& w) {
  const auto sizes = graph::concrete(Shape(w.begin() + 2, w.end()));
  if (!sizes) return node.fail(ErrorCode::unsupported, "the weight's kernel has a symbolic size");
  if (WALLE_TRY(node.attribute_ints("kernel_shape", *sizes)) != *sizes)
    return node.fail(ErrorCode::invalid_argument, "kernel_shape is not that of the weight");
  Attributes result;
  result.window = WALLE_TRY(rules::window_attributes(node, *sizes));
  result.group = WALLE_TRY(node.attribute_int("group", 1));
  result.output_padding = WALLE_TRY(node.attribute_ints("output_padding", Ints(sizes->size(), 0)));
  result.output_shape = WALLE_TRY(node.attribute_ints("output_shape", {}));
  if (result.output_shape.size() == sizes->size() + 2)
    result.output_shape.erase(result.output_shape.begin(), result.output_shape.begin() + 2);
  const bool lengths = result.output_padding.size() == sizes->size() &&
                       (result.output_shape.empty() || result.output_shape.size() == sizes->size());
  const auto sane = [](const Ints& v) {
    return std::all_of(v.begin(), v.end(), [](int64_t n) { return n >= 0 && n < int64_t{1} << 31; });
  };
  if (!lengths || !sane(result.output_padding) || !sane(result.output_shape) || result.group < 1)
    return node.fail(ErrorCode::invalid_argument, "output_padding, output_shape or group do not fit");
  return result;
}

/// stride * (x - 1) + output_padding + extent: the size before pads are cut off.
Dim full_size(InferContext& context, const Attributes& a, size_t i, const Dim& dim) {
  const auto& w = a.window;
  const int64_t extent = (w.kernel[i] - 1) * w.dilations[i] + 1;
  const Dim grown = rules::times(context, dim, Dim(w.strides[i]));
  return rules::plus(context, grown, Dim(extent + a.output_padding[i] - w.strides[i]));
}

bool same(const Attributes& a) { return a.window.auto_pad.starts_with("SAME"); }

Result<Dim> size(const NodeView& node, InferContext& context, const Attributes& a, size_t i, const Dim& dim) {
  if (!a.output_shape.empty()) return Dim(a.output_shape[i]);
  if (same(a)) return rules::times(context, dim, Dim(a.window.strides[i]));
  const int64_t pads = a.window.auto_pad == "VALID" ? 0 : a.window.pads[i] + a.window.pads[i + a.window.kernel.size()];
  const Dim result = rules::minus(context, full_size(context, a, i, dim), Dim(pads));
  if (result.known() && result.value() < 0)
    return node.fail(ErrorCode::invalid_argument, "the pads are larger than the result");
  return result;
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
  if (x.size() < 3 || x.size() != w.size() || !rules::may_equal(x[1], w[0])) return rules::mismatch(node, 0, 1);
  const int64_t group = WALLE_TRY(node.attribute_int("group", 1));
  if (rules::set_symbolic_window(context, dtype, x, rules::times(context, w[1], Dim(group)), w)) return {};
  const Attributes a = WALLE_TRY(attributes_of(node, w));
  Shape result = {x[0], rules::times(context, w[1], Dim(a.group))};
  if (node.has(2)) {
    const Shape bias = WALLE_TRY(node.shape(2));
    if (bias.size() != 1 || !rules::may_equal(bias[0], result[1])) return rules::mismatch(node, 1, 2);
  }
  for (size_t i = 0; i + 2 < x.size(); ++i) result.push_back(WALLE_TRY(size(node, context, a, i, x[i + 2])));
  context.set(0, dtype, std::move(result));
  return {};
}

/// Pads that give the sizes asked for; SAME_UPPER puts the larger half at the end.
Result<CoreForm> atomic(const NodeView& node) {
  const Ints x = WALLE_TRY(node.dims(0));
  const Ints y = WALLE_TRY(node.result_dims(0));
  const Shape w = WALLE_TRY(node.shape(1));
  const Attributes a = WALLE_TRY(attributes_of(node, w));
  ConvTransposeAttributes conv;
  conv.group = a.group;
  const size_t axes = a.window.kernel.size();
  for (size_t i = 0; i < axes; ++i) {
    const int64_t extent = (a.window.kernel[i] - 1) * a.window.dilations[i] + 1;
    const int64_t full = a.window.strides[i] * (x[i + 2] - 1) + a.output_padding[i] + extent;
    int64_t begin = a.window.auto_pad == "VALID" ? 0 : a.window.pads[i];
    if (same(a) || !a.output_shape.empty()) {
      const int64_t total = full - y[i + 2];
      // What is asked for beyond the full size stands at the end and is 0 but for the bias.
      begin = std::max<int64_t>(0, a.window.auto_pad == "SAME_UPPER" ? total / 2 : total - total / 2);
    }
    conv.window.kernel.push_back(a.window.kernel[i]);
    conv.window.strides.push_back(a.window.strides[i]);
    conv.window.dilations.push_back(a.window.dilations[i]);
    conv.window.pads_begin.push_back(begin);
    conv.window.pads_end.push_back(full - y[i + 2] - begin);
    conv.output_padding.push_back(a.output_padding[i]);
  }
  CoreForm form{.attributes = conv};
  if (node.has(2)) form.epilogue.push_back({.kind = EpilogueKind::bias_channel, .operand = 2});
  return form;
}

}  // namespace

extern const OpDef kConvTranspose = {
    .name = "ConvTranspose",
    .formula = "y[n,m,p·stride + k·dilation - pad] += w[c,m,k] * x[n,c,p]; y += bias[m]",
    .op_class = OpClass::atomic,
    .operands = {2, 3},
    .results = {1, 1},
    .attributes =
        "auto_pad:string=NOTSET, dilations:ints(1..)?, group:int(1..)=1, kernel_shape:ints(1..)?, "
        "output_padding:ints?, "
        "output_shape:ints?, pads:ints?, strides:ints(1..)?",
    .infer = infer,
    .atomic = atomic};

}  // namespace walle::ops
