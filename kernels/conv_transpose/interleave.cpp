#include "kernels/conv_transpose/interleave.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv_transpose/interleave.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace walle::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void interleave_rows(const float* rows, int64_t row_stride, int64_t ways, int64_t count, float* y) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t k = 0;
  if (ways == 2) {
    for (; k + lanes <= count; k += lanes) {
      hn::StoreInterleaved2(hn::LoadU(d, rows + k), hn::LoadU(d, rows + row_stride + k), d, y + 2 * k);
    }
  }
  for (; k < count; ++k) {
    for (int64_t j = 0; j < ways; ++j) y[k * ways + j] = rows[j * row_stride + k];
  }
}

}  // namespace walle::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace walle::kernels {
HWY_EXPORT(interleave_rows);
void interleave(const float* rows, int64_t row_stride, int64_t ways, int64_t count, float* y) {
  HWY_DYNAMIC_DISPATCH(interleave_rows)(rows, row_stride, ways, count, y);
}
}  // namespace walle::kernels
#endif
