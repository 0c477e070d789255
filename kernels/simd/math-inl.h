// Vector functions on f32. Included once for each Highway target, hence no #pragma once.
// Largest errors, measured against double over the whole range: exp 2 ulp, log 2 ulp, sigmoid 4 ulp, tanh 4 ulp, erf
// 5e-7 absolute.
#if defined(WALLE_KERNELS_SIMD_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef WALLE_KERNELS_SIMD_MATH_INL_H_
#undef WALLE_KERNELS_SIMD_MATH_INL_H_
#else
#define WALLE_KERNELS_SIMD_MATH_INL_H_
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace walle::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class D, class V = hn::Vec<D>>
HWY_INLINE V constant(D d, double value) {
  return hn::Set(d, static_cast<float>(value));
}

/// 2^n for integral n in [-252, 254], applied in two halves so that results may overflow and underflow softly.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V scale_by_power(D d, V x, V n) {
  const hn::RebindToSigned<D> di;
  const auto whole = hn::NearestInt(n);
  const auto half = hn::ShiftRight<1>(whole);
  const auto bias = hn::Set(di, 127);
  const V first = hn::BitCast(d, hn::ShiftLeft<23>(hn::Add(half, bias)));
  const V second = hn::BitCast(d, hn::ShiftLeft<23>(hn::Add(hn::Sub(whole, half), bias)));
  return hn::Mul(hn::Mul(x, first), second);
}

/// e^x. Overflows to infinity above 88.72, underflows to 0 below -103.97. NaN stays.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V exp(D d, V x) {
  // Bounds first: of Min and Max x86 returns the second operand if one is NaN.
  x = hn::Max(constant(d, -105), hn::Min(constant(d, 90), x));
  const V n = hn::Round(hn::Mul(x, constant(d, 1.44269504088896341)));
  V r = hn::NegMulAdd(n, constant(d, 0.693359375), x);
  r = hn::NegMulAdd(n, constant(d, -2.12194440e-4), r);
  V p = constant(d, 1.9875691500e-4);
  p = hn::MulAdd(p, r, constant(d, 1.3981999507e-3));
  p = hn::MulAdd(p, r, constant(d, 8.3334519073e-3));
  p = hn::MulAdd(p, r, constant(d, 4.1665795894e-2));
  p = hn::MulAdd(p, r, constant(d, 1.6666665459e-1));
  p = hn::MulAdd(p, r, constant(d, 5.0000001201e-1));
  p = hn::MulAdd(p, hn::Mul(r, r), hn::Add(r, constant(d, 1)));
  return scale_by_power(d, p, n);
}

/// Natural logarithm. log(0) = -infinity, negative arguments give NaN.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V log(D d, V x) {
  const hn::RebindToSigned<D> di;
  const V original = x;
  const auto tiny = hn::Lt(x, constant(d, 1.17549435e-38));
  x = hn::IfThenElse(tiny, hn::Mul(x, constant(d, 33554432.0)), x);
  const auto bits = hn::BitCast(di, x);
  auto exponent = hn::Sub(hn::ShiftRight<23>(bits), hn::Set(di, 126));
  exponent = hn::Sub(exponent, hn::IfThenElseZero(hn::RebindMask(di, tiny), hn::Set(di, 25)));
  V m = hn::BitCast(d, hn::Or(hn::And(bits, hn::Set(di, 0x007fffff)), hn::Set(di, 0x3f000000)));
  V e = hn::ConvertTo(d, exponent);
  const auto low = hn::Lt(m, constant(d, 0.707106781186547524));
  e = hn::Sub(e, hn::IfThenElseZero(low, constant(d, 1)));
  m = hn::Sub(hn::Add(m, hn::IfThenElseZero(low, m)), constant(d, 1));
  const V z = hn::Mul(m, m);
  V p = constant(d, 7.0376836292e-2);
  p = hn::MulAdd(p, m, constant(d, -1.1514610310e-1));
  p = hn::MulAdd(p, m, constant(d, 1.1676998740e-1));
  p = hn::MulAdd(p, m, constant(d, -1.2420140846e-1));
  p = hn::MulAdd(p, m, constant(d, 1.4249322787e-1));
  p = hn::MulAdd(p, m, constant(d, -1.6668057665e-1));
  p = hn::MulAdd(p, m, constant(d, 2.0000714765e-1));
  p = hn::MulAdd(p, m, constant(d, -2.4999993993e-1));
  p = hn::MulAdd(p, m, constant(d, 3.3333331174e-1));
  V y = hn::Mul(hn::Mul(p, m), z);
  y = hn::MulAdd(e, constant(d, -2.12194440e-4), y);
  y = hn::NegMulAdd(z, constant(d, 0.5), y);
  y = hn::MulAdd(e, constant(d, 0.693359375), hn::Add(m, y));
  const V infinity = hn::Inf(d);
  y = hn::IfThenElse(hn::Eq(original, hn::Zero(d)), hn::Neg(infinity), y);
  y = hn::IfThenElse(hn::Eq(original, infinity), infinity, y);
  return hn::IfThenElse(hn::Ge(original, hn::Zero(d)), y, hn::NaN(d));
}

/// 1 / (1 + e^-x).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V sigmoid(D d, V x) {
  const V one = constant(d, 1);
  const V e = exp(d, hn::Neg(hn::Abs(x)));
  const V positive = hn::Div(one, hn::Add(one, e));
  return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Mul(e, positive), positive);
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V tanh(D d, V x) {
  const V a = hn::Abs(x);
  const V one = constant(d, 1);
  const V e = exp(d, hn::Mul(a, constant(d, -2)));
  const V large = hn::Div(hn::Sub(one, e), hn::Add(one, e));
  const V z = hn::Mul(a, a);
  V p = constant(d, -5.70498872745e-3);
  p = hn::MulAdd(p, z, constant(d, 2.06390887954e-2));
  p = hn::MulAdd(p, z, constant(d, -5.37397155531e-2));
  p = hn::MulAdd(p, z, constant(d, 1.33314422036e-1));
  p = hn::MulAdd(p, z, constant(d, -3.33332819422e-1));
  const V small = hn::MulAdd(hn::Mul(p, z), a, a);
  return hn::CopySign(hn::IfThenElse(hn::Lt(a, constant(d, 0.625)), small, large), x);
}

/// Error function, as an odd rational function on [-4, 4].
template <class D, class V = hn::Vec<D>>
HWY_INLINE V erf(D d, V x) {
  const V t = hn::Max(constant(d, -3.925), hn::Min(constant(d, 3.925), x));
  const V z = hn::Mul(t, t);
  V p = constant(d, -2.72614225801306e-10);
  p = hn::MulAdd(p, z, constant(d, 2.77068142495902e-08));
  p = hn::MulAdd(p, z, constant(d, -2.10102402082508e-06));
  p = hn::MulAdd(p, z, constant(d, -5.69250639462346e-05));
  p = hn::MulAdd(p, z, constant(d, -7.34990630326855e-04));
  p = hn::MulAdd(p, z, constant(d, -2.95459980854025e-03));
  p = hn::MulAdd(p, z, constant(d, -1.60960333262415e-02));
  V q = constant(d, -1.45660718464996e-05);
  q = hn::MulAdd(q, z, constant(d, -2.13374055278905e-04));
  q = hn::MulAdd(q, z, constant(d, -1.68282697438203e-03));
  q = hn::MulAdd(q, z, constant(d, -7.37332916720468e-03));
  q = hn::MulAdd(q, z, constant(d, -1.42647390514189e-02));
  return hn::Div(hn::Mul(t, p), q);
}

}  // namespace walle::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
