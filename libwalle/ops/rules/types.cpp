#include "libwalle/ops/rules/types.h"

#include <array>

namespace walle::ops::rules {
namespace {

// By DType: f32, f16, bf16, f64, i8, u8, i16, u16, i32, u32, i64, u64, boolean, i4, u4, the five f8, f4, i2, u2.
constexpr std::array<int64_t, kDTypes> kOnnx = {1, 10, 16, 11, 3,  2,  5,  4,  6,  12, 7, 13,
                                                9, 22, 21, 17, 18, 19, 20, 24, 23, 26, 25};

}  // namespace

int64_t onnx_type(DType dtype) { return kOnnx[static_cast<size_t>(dtype)]; }

std::optional<DType> dtype_of_onnx(int64_t type) {
  for (size_t i = 0; i < kOnnx.size(); ++i) {
    if (kOnnx[i] == type) return static_cast<DType>(i);
  }
  return std::nullopt;
}

}  // namespace walle::ops::rules
