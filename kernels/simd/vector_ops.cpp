#include "kernels/simd/vector_ops.h"

#include <array>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/simd/vector_ops.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/simd/unary-inl.h"

HWY_BEFORE_NAMESPACE();
namespace walle::kernels::HWY_NAMESPACE {

template <UnaryOp... ops>
UnaryRow find_unary(UnaryOp op) {
  UnaryRow found = nullptr;
  ((op == ops ? void(found = map_row<ops>) : void()), ...);
  return found;
}

template <BinaryOp... ops>
BinaryRow find_binary(BinaryOp op) {
  BinaryRow found = nullptr;
  ((op == ops ? void(found = map_rows<ops>) : void()), ...);
  return found;
}

UnaryRow unary_row_of(UnaryOp op) {
  using U = UnaryOp;
  return find_unary<U::abs, U::neg, U::floor, U::ceil, U::round, U::sqrt, U::rsqrt, U::reciprocal, U::exp, U::log,
                    U::tanh, U::erf, U::sigmoid, U::relu, U::leaky_relu, U::hard_sigmoid, U::hard_swish, U::softsign,
                    U::thresholded_relu, U::gelu, U::gelu_tanh, U::swish, U::clip, U::square, U::identity>(op);
}

BinaryRow binary_row_of(BinaryOp op) {
  using B = BinaryOp;
  return find_binary<B::add, B::sub, B::mul, B::div, B::max, B::min, B::prelu>(op);
}

}  // namespace walle::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace walle::kernels {
HWY_EXPORT(unary_row_of);
HWY_EXPORT(binary_row_of);

UnaryRow unary_row(UnaryOp op) { return HWY_DYNAMIC_DISPATCH(unary_row_of)(op); }
BinaryRow binary_row(BinaryOp op) { return HWY_DYNAMIC_DISPATCH(binary_row_of)(op); }
}  // namespace walle::kernels
#endif
