#include "libwalle/ops/rules/integer_conv.h"

#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/window.h"

namespace walle::ops::rules {
namespace {

/// Sums of products of two 9-bit numbers are exact in f32 up to this many terms; past it f64 is.
constexpr int64_t kExactTerms = 256;

/// (values - zero) as floats. A zero point per output channel of a weight lies along axis 0.
Result<ValueId> centred(GraphBuilder& builder, Quantised operand, DType dtype, size_t rank) {
  const ValueId values = WALLE_TRY(cast(builder, operand.values, dtype));
  if (operand.zero == kNoValue) return values;
  const ValueId shaped = WALLE_TRY(per_axis(builder, operand.zero, rank, 0));
  const ValueId zero = WALLE_TRY(cast(builder, shaped, dtype));
  return builder.one("Sub", {values, zero});
}

}  // namespace

Status infer_integer_conv(const NodeView& node, InferContext& context, size_t x_at, size_t w_at, DType dtype) {
  const auto& x = node.value(x_at).shape;
  const auto& w = node.value(w_at).shape;
  if (!x || !w) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  if (x->size() < 3 || x->size() != w->size()) return mismatch(node, x_at, w_at);
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
  const Ints weight = WALLE_TRY(builder.dims(w.values));
  const bool few = count(std::span(weight).subspan(1)) <= kExactTerms;
  const DType dtype = few ? DType::f32 : DType::f64;
  Attributes attributes = node.node().attributes;
  const ValueId a = WALLE_TRY(centred(builder, x, dtype, weight.size()));
  const ValueId b = WALLE_TRY(centred(builder, w, dtype, weight.size()));
  const ValueId sum = WALLE_TRY(builder.one("Conv", {a, b}, std::move(attributes)));
  return cast(builder, sum, DType::i32);
}

}  // namespace walle::ops::rules
