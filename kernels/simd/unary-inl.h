// The elementwise operators that have a vector form, on f32. Included once for each Highway target.
#if defined(WALLE_KERNELS_SIMD_UNARY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef WALLE_KERNELS_SIMD_UNARY_INL_H_
#undef WALLE_KERNELS_SIMD_UNARY_INL_H_
#else
#define WALLE_KERNELS_SIMD_UNARY_INL_H_
#endif

#include <hwy/highway.h>

#include "kernels/abi/families.h"
#include "kernels/simd/math-inl.h"
#include "kernels/simd/vector_ops.h"

HWY_BEFORE_NAMESPACE();
namespace walle::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <UnaryOp op, class D, class V = hn::Vec<D>>
HWY_INLINE V apply(D d, V x, V alpha, V beta) {
  const V zero = hn::Zero(d);
  const V one = constant(d, 1);
  if constexpr (op == UnaryOp::abs)
    return hn::Abs(x);
  else if constexpr (op == UnaryOp::neg)
    return hn::Neg(x);
  else if constexpr (op == UnaryOp::floor)
    return hn::Floor(x);
  else if constexpr (op == UnaryOp::ceil)
    return hn::Ceil(x);
  else if constexpr (op == UnaryOp::round)
    return hn::Round(x);
  else if constexpr (op == UnaryOp::sqrt)
    return hn::Sqrt(x);
  else if constexpr (op == UnaryOp::rsqrt)
    return hn::Div(one, hn::Sqrt(x));
  else if constexpr (op == UnaryOp::reciprocal)
    return hn::Div(one, x);
  else if constexpr (op == UnaryOp::exp)
    return exp(d, x);
  else if constexpr (op == UnaryOp::log)
    return log(d, x);
  else if constexpr (op == UnaryOp::tanh)
    return tanh(d, x);
  else if constexpr (op == UnaryOp::erf)
    return erf(d, x);
  else if constexpr (op == UnaryOp::sigmoid)
    return sigmoid(d, x);
  else if constexpr (op == UnaryOp::relu)
    return hn::Max(zero, x);
  else if constexpr (op == UnaryOp::leaky_relu)
    return hn::IfThenElse(hn::Lt(x, zero), hn::Mul(alpha, x), x);
  else if constexpr (op == UnaryOp::hard_sigmoid)
    return hn::Max(zero, hn::Min(one, hn::MulAdd(alpha, x, beta)));
  else if constexpr (op == UnaryOp::hard_swish) {
    return hn::Mul(x, hn::Max(zero, hn::Min(one, hn::MulAdd(x, constant(d, 1.0 / 6), constant(d, 0.5)))));
  } else if constexpr (op == UnaryOp::softsign)
    return hn::Div(x, hn::Add(one, hn::Abs(x)));
  else if constexpr (op == UnaryOp::thresholded_relu)
    return hn::IfThenElse(hn::Le(x, alpha), zero, x);
  else if constexpr (op == UnaryOp::gelu) {
    return hn::Mul(hn::Mul(constant(d, 0.5), x), hn::Add(one, erf(d, hn::Mul(x, constant(d, 0.70710678118654752)))));
  } else if constexpr (op == UnaryOp::gelu_tanh) {
    const V cube = hn::Mul(hn::Mul(x, x), x);
    const V inner = hn::Mul(constant(d, 0.79788456080286536), hn::MulAdd(constant(d, 0.044715), cube, x));
    return hn::Mul(hn::Mul(constant(d, 0.5), x), hn::Add(one, tanh(d, inner)));
  } else if constexpr (op == UnaryOp::swish)
    return hn::Mul(x, sigmoid(d, hn::Mul(alpha, x)));
  else if constexpr (op == UnaryOp::clip)
    return hn::Min(beta, hn::Max(alpha, x));
  else if constexpr (op == UnaryOp::square)
    return hn::Mul(x, x);
  else
    return x;
}

template <BinaryOp op, class D, class V = hn::Vec<D>>
HWY_INLINE V apply(D d, V a, V b) {
  if constexpr (op == BinaryOp::add)
    return hn::Add(a, b);
  else if constexpr (op == BinaryOp::sub)
    return hn::Sub(a, b);
  else if constexpr (op == BinaryOp::mul)
    return hn::Mul(a, b);
  else if constexpr (op == BinaryOp::div)
    return hn::Div(a, b);
  else if constexpr (op == BinaryOp::max)
    return hn::IfThenElse(hn::IsNaN(a), a, hn::Max(a, b));
  else if constexpr (op == BinaryOp::min)
    return hn::IfThenElse(hn::IsNaN(a), a, hn::Min(a, b));
  else
    return hn::IfThenElse(hn::Lt(a, hn::Zero(d)), hn::Mul(a, b), a);  // prelu
}

template <UnaryOp op>
void map_row(const float* x, float* y, size_t count, float alpha, float beta) {
  const hn::ScalableTag<float> d;
  const size_t lanes = hn::Lanes(d);
  const auto va = hn::Set(d, alpha);
  const auto vb = hn::Set(d, beta);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(apply<op>(d, hn::LoadU(d, x + i), va, vb), d, y + i);
  if (i < count) hn::StoreN(apply<op>(d, hn::LoadN(d, x + i, count - i), va, vb), d, y + i, count - i);
}

/// y = op(a, b) along a row; a step of 0 means one value for the whole row.
template <BinaryOp op>
void map_rows(const float* a, size_t a_step, const float* b, size_t b_step, float* y, size_t count) {
  const hn::ScalableTag<float> d;
  const size_t lanes = hn::Lanes(d);
  const auto sa = hn::Set(d, a_step == 0 && count > 0 ? *a : 0);
  const auto sb = hn::Set(d, b_step == 0 && count > 0 ? *b : 0);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto va = a_step == 0 ? sa : hn::LoadU(d, a + i);
    const auto vb = b_step == 0 ? sb : hn::LoadU(d, b + i);
    hn::StoreU(apply<op>(d, va, vb), d, y + i);
  }
  if (i == count) return;
  const size_t rest = count - i;
  const auto va = a_step == 0 ? sa : hn::LoadN(d, a + i, rest);
  const auto vb = b_step == 0 ? sb : hn::LoadN(d, b + i, rest);
  hn::StoreN(apply<op>(d, va, vb), d, y + i, rest);
}

}  // namespace walle::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
