#include "kernels/simd/row_functions.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/simd/row_functions.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/simd/unary-inl.h"

HWY_BEFORE_NAMESPACE();
namespace walle::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

template <Fold fold>
HWY_INLINE V step(V sum, V x) {
  const D d;
  if constexpr (fold == Fold::sum)
    return hn::Add(sum, x);
  else if constexpr (fold == Fold::absolute)
    return hn::Add(sum, hn::Abs(x));
  else if constexpr (fold == Fold::square)
    return hn::MulAdd(x, x, sum);
  else if constexpr (fold == Fold::max)
    return apply<BinaryOp::max>(d, sum, x);
  else
    return apply<BinaryOp::min>(d, sum, x);
}

template <Fold fold>
constexpr bool kKeeps = fold == Fold::max || fold == Fold::min;

/// Adds two partial results: sums of squares add up plainly.
template <Fold fold>
HWY_INLINE V join(V a, V b) {
  if constexpr (kKeeps<fold>)
    return step<fold>(a, b);
  else
    return hn::Add(a, b);
}

template <Fold fold>
float fold_lanes(V sum) {
  const D d;
  if constexpr (!kKeeps<fold>) return hn::ReduceSum(d, sum);
  float lanes[HWY_MAX_BYTES / 4];
  hn::StoreU(sum, d, lanes);
  float result = lanes[0];
  for (size_t i = 1; i < hn::Lanes(d); ++i) {
    if (result != result) break;
    const bool take = lanes[i] != lanes[i] || (fold == Fold::max ? lanes[i] > result : lanes[i] < result);
    result = take ? lanes[i] : result;
  }
  return result;
}

template <Fold fold>
float fold_row(const float* x, size_t count, float start) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  const V begin = kKeeps<fold> ? hn::Set(d, start) : hn::Zero(d);
  V sum[4] = {begin, begin, begin, begin};
  size_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
#pragma GCC unroll 4
    for (size_t u = 0; u < 4; ++u) sum[u] = step<fold>(sum[u], hn::LoadU(d, x + i + u * lanes));
  }
  for (; i + lanes <= count; i += lanes) sum[0] = step<fold>(sum[0], hn::LoadU(d, x + i));
  if (i < count) {
    const auto valid = hn::FirstN(d, count - i);
    sum[1] = step<fold>(sum[1], hn::IfThenElse(valid, hn::LoadN(d, x + i, count - i), begin));
  }
  const float total = fold_lanes<fold>(join<fold>(join<fold>(sum[0], sum[1]), join<fold>(sum[2], sum[3])));
  return kKeeps<fold> ? total : total + start;
}

template <Fold fold>
void fold_row_into(const float* x, float* y, size_t count) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(step<fold>(hn::LoadU(d, y + i), hn::LoadU(d, x + i)), d, y + i);
  if (i == count) return;
  const size_t rest = count - i;
  hn::StoreN(step<fold>(hn::LoadN(d, y + i, rest), hn::LoadN(d, x + i, rest)), d, y + i, rest);
}

float fold_any(Fold fold, const float* x, size_t count, float start) {
  switch (fold) {
    case Fold::sum:
      return fold_row<Fold::sum>(x, count, start);
    case Fold::absolute:
      return fold_row<Fold::absolute>(x, count, start);
    case Fold::square:
      return fold_row<Fold::square>(x, count, start);
    case Fold::max:
      return fold_row<Fold::max>(x, count, start);
    case Fold::min:
      return fold_row<Fold::min>(x, count, start);
  }
  return 0;
}

void fold_any_into(Fold fold, const float* x, float* y, size_t count) {
  switch (fold) {
    case Fold::sum:
      return fold_row_into<Fold::sum>(x, y, count);
    case Fold::absolute:
      return fold_row_into<Fold::absolute>(x, y, count);
    case Fold::square:
      return fold_row_into<Fold::square>(x, y, count);
    case Fold::max:
      return fold_row_into<Fold::max>(x, y, count);
    case Fold::min:
      return fold_row_into<Fold::min>(x, y, count);
  }
}

float deviation(const float* x, size_t count, float shift) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  const V mean = hn::Set(d, shift);
  V sum = hn::Zero(d);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const V v = hn::Sub(hn::LoadU(d, x + i), mean);
    sum = hn::MulAdd(v, v, sum);
  }
  if (i < count) {
    const V v = hn::IfThenElseZero(hn::FirstN(d, count - i), hn::Sub(hn::LoadN(d, x + i, count - i), mean));
    sum = hn::MulAdd(v, v, sum);
  }
  return hn::ReduceSum(d, sum);
}

float exponentials(const float* x, float* y, size_t count, float shift) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  const V offset = hn::Set(d, shift);
  V sum = hn::Zero(d);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const V v = exp(d, hn::Sub(hn::LoadU(d, x + i), offset));
    hn::StoreU(v, d, y + i);
    sum = hn::Add(sum, v);
  }
  if (i < count) {
    const V v = exp(d, hn::Sub(hn::LoadN(d, x + i, count - i), offset));
    hn::StoreN(v, d, y + i, count - i);
    sum = hn::Add(sum, hn::IfThenElseZero(hn::FirstN(d, count - i), v));
  }
  return hn::ReduceSum(d, sum);
}

void affine(const float* x, float* y, size_t count, float scale, float shift) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  const V s = hn::Set(d, scale);
  const V b = hn::Set(d, shift);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(hn::MulAdd(hn::LoadU(d, x + i), s, b), d, y + i);
  if (i < count) hn::StoreN(hn::MulAdd(hn::LoadN(d, x + i, count - i), s, b), d, y + i, count - i);
}

HWY_INLINE V gain_at(const float* values, size_t step, size_t i, size_t rest, V none) {
  const D d;
  if (values == nullptr) return none;
  if (step == 0) return hn::Set(d, *values);
  return rest >= hn::Lanes(d) ? hn::LoadU(d, values + i) : hn::LoadN(d, values + i, rest);
}

void normalise(const float* x, float* y, size_t count, float mean, float scale, const float* gain, size_t gain_step,
               const float* bias, size_t bias_step) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  for (size_t i = 0; i < count; i += lanes) {
    const size_t rest = count - i;
    const V v = rest >= lanes ? hn::LoadU(d, x + i) : hn::LoadN(d, x + i, rest);
    const V normal = hn::Mul(hn::Sub(v, hn::Set(d, mean)), hn::Set(d, scale));
    const V result = hn::MulAdd(normal, gain_at(gain, gain_step, i, rest, hn::Set(d, 1)),
                                gain_at(bias, bias_step, i, rest, hn::Zero(d)));
    if (rest >= lanes)
      hn::StoreU(result, d, y + i);
    else
      hn::StoreN(result, d, y + i, rest);
  }
}

RowFunctions functions_here() {
  return {.fold = fold_any,
          .fold_into = fold_any_into,
          .deviation = deviation,
          .exponentials = exponentials,
          .affine = affine,
          .normalise = normalise};
}

}  // namespace walle::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace walle::kernels {
HWY_EXPORT(functions_here);
const RowFunctions& row_functions() {
  static const RowFunctions functions = HWY_DYNAMIC_DISPATCH(functions_here)();
  return functions;
}
}  // namespace walle::kernels
#endif
