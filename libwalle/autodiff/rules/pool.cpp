#include "libwalle/autodiff/formula/correlate.h"
#include "libwalle/autodiff/rules/table.h"

namespace walle::autodiff {
namespace {

using graph::ValueId;
using Ints = std::vector<int64_t>;

/// Elements that the window covers at each position of one axis (with those in the padding, if they count).
Ints counts(const PoolAttributes& a, size_t axis, int64_t in, int64_t out) {
  const Window& w = a.window;
  const int64_t stride = axis < w.strides.size() ? w.strides[axis] : 1;
  const int64_t dilation = axis < w.dilations.size() ? w.dilations[axis] : 1;
  const int64_t begin = axis < w.pads_begin.size() ? w.pads_begin[axis] : 0;
  const int64_t end = axis < w.pads_end.size() ? w.pads_end[axis] : 0;
  Ints result;
  for (int64_t o = 0; o < out; ++o) {
    int64_t count = 0;
    for (int64_t k = 0; k < w.kernel[axis]; ++k) {
      const int64_t s = o * stride - begin + k * dilation;
      const bool inside = s >= 0 && s < in;
      count += inside || (a.count_include_pad && s < in + end) ? 1 : 0;
    }
    result.push_back(count);
  }
  return result;
}

/// dy divided by the number of elements of each window.
Expression divided(Reverse& r, const PoolAttributes& a) {
  const Ints x = r.dims(0);
  const Ints y = r.result_dims();
  Expression gradient = r.gradient();
  for (size_t i = 0; i < a.window.kernel.size(); ++i) {
    Ints dims(y.size(), 1);
    dims[2 + i] = y[2 + i];
    Ints count = counts(a, i, x[2 + i], y[2 + i]);
    for (int64_t& n : count) n = std::max<int64_t>(n, 1);
    const Expression number = r.formula().of(r.builder().ints(count));
    const ValueId divisor = add_family(r.builder(), CastAttributes{}, {number.id()}, {r.dtype(), {y[2 + i]}});
    gradient = gradient / reshape(r.formula().of(divisor), dims);
  }
  return gradient;
}

/// Each element of g added to all elements under its window.
Result<Expression> spread(Reverse& r, const Expression& g, const PoolAttributes& a) {
  const Ints x = r.dims(0);
  Ints weights = {x[1], 1};
  weights.insert(weights.end(), a.window.kernel.begin(), a.window.kernel.end());
  const Expression ones = r.formula().of(WALLE_TRY(r.filled(weights, 1, r.dtype())));
  return r.formula().of(WALLE_TRY(input_gradient(r, g, ones, a.window, x[1], x)));
}

/// dy added at the position of each window's maximum.
Result<ValueId> reverse_max(Reverse& r, PoolAttributes a) {
  const TensorType y{r.dtype(), r.result_dims()};
  const TensorType x{r.dtype(), r.dims(0)};
  int64_t elements = 1;
  for (const int64_t d : x.dims) elements *= d;
  int64_t windows = 1;
  for (const int64_t d : y.dims) windows *= d;
  a.column_major = false;
  const TensorType results[] = {y, {DType::i64, y.dims}};
  const ValueId position = add_family(r.builder(), a, {r.operand(0).id()}, results)[1];
  const ValueId indices = WALLE_TRY(r.formula().result(reshape(r.formula().of(position), {windows})));
  const ValueId updates = WALLE_TRY(r.formula().result(reshape(r.gradient(), {windows})));
  const ValueId zeros = WALLE_TRY(r.filled({elements}, 0, r.dtype()));
  const ScatterAttributes scatter{.elements = true, .reduction = ScatterReduction::add};
  const ValueId flat = add_family(r.builder(), scatter, {zeros, indices, updates}, {r.dtype(), {elements}});
  return r.formula().result(reshape(r.formula().of(flat), x.dims));
}

// average: dy / count to all elements of its window; max: dy to the largest; lp: dx = |x|^(p-1) sign(x) Σ dy y^(1-p)
Result<std::vector<ValueId>> reverse(Reverse& r) {
  const auto& a = r.attributes<PoolAttributes>();
  auto gradients = r.none();
  switch (a.op) {
    case PoolOp::max:
      if (r.gradient().id() != graph::kNoValue) gradients[0] = WALLE_TRY(reverse_max(r, a));
      break;
    case PoolOp::average:
      gradients[0] = WALLE_TRY(r.formula().result(WALLE_TRY(spread(r, divided(r, a), a))));
      break;
    case PoolOp::lp: {
      const Expression y = r.result();
      const Expression some = where(greater(y, 0), y, y.number(1));
      const Expression g = r.gradient() * where(greater(y, 0), pow(some, 1 - a.p), y.number(0));
      const Expression x = r.operand(0);
      const Expression local = sign(x) * pow(abs(x), a.p - 1);
      gradients[0] = WALLE_TRY(r.formula().result(local * WALLE_TRY(spread(r, g, a))));
      break;
    }
  }
  return gradients;
}

}  // namespace

extern const RuleDef kPool;
const RuleDef kPool = {.family = Family::pool, .reverse = reverse};

}  // namespace walle::autodiff
