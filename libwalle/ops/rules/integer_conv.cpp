#include "libwalle/ops/rules/integer_conv.h"

#include "libwalle/ops/rules/quantized.h"
#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/window.h"

namespace walle::ops::rules {
Status infer_integer_conv(const NodeView& node, InferContext& context, size_t x_at, size_t w_at, DType dtype) {
  const auto& x = node.value(x_at).shape;
  const auto& w = node.value(w_at).shape;
  if (!x || !w) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  if (x->size() < 3 || x->size() != w->size()) return mismatch(node, x_at, w_at);
  WALLE_TRY(check_groups(node, x_at, w_at));
  if (set_symbolic_window(context, dtype, *x, (*w)[0], *w)) return {};
  const auto kernel = graph::concrete(Shape(w->begin() + 2, w->end()));
  const auto a = WALLE_TRY(window_attributes(node, *kernel));
  Shape result = {(*x)[0], (*w)[0]};
  for (size_t i = 0; i + 2 < x->size(); ++i) {
    result.push_back(WALLE_TRY(window_size(node, context, a, i, (*x)[i + 2])));
  }
  context.set(0, dtype, std::move(result));
  return {};
}

Result<ValueId> integer_conv(const NodeView& node, GraphBuilder& builder, Quantised x, Quantised w) {
  return builder.one("QuantizedConv", {x.values, w.values, x.zero, w.zero},
                     quantized_result(node.node().attributes, DType::i32, 0));
}

}  // namespace walle::ops::rules
