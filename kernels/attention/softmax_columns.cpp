#include "kernels/attention/softmax_columns.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/attention/softmax_columns.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/simd/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace walle::kernels::HWY_NAMESPACE {

void softmax_block_here(float* scores, int64_t stride, int64_t columns, int64_t keys,
                        const attention::Running& running) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t column = 0; column < columns; column += lanes) {
    float* s = scores + column;
    const auto before = hn::LoadU(d, running.max + column);
    auto max = before;
    for (int64_t j = 0; j < keys; ++j) max = hn::Max(max, hn::LoadU(d, s + j * stride));
    auto sum = hn::Zero(d);
    for (int64_t j = 0; j < keys; ++j) {
      const auto e = exp(d, hn::Sub(hn::LoadU(d, s + j * stride), max));
      hn::StoreU(e, d, s + j * stride);
      sum = hn::Add(sum, e);
    }
    const auto correction = exp(d, hn::Sub(before, max));
    hn::StoreU(max, d, running.max + column);
    hn::StoreU(correction, d, running.correction + column);
    hn::StoreU(hn::MulAdd(hn::LoadU(d, running.sum + column), correction, sum), d, running.sum + column);
  }
}

}  // namespace walle::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace walle::kernels {
HWY_EXPORT(softmax_block_here);

void attention::softmax_block(float* scores, int64_t stride, int64_t columns, int64_t keys, const Running& running) {
  HWY_DYNAMIC_DISPATCH(softmax_block_here)(scores, stride, columns, keys, running);
}
}  // namespace walle::kernels
#endif
