#pragma once

#include <optional>

#include "kernels/abi/kernel.h"
#include "kernels/support/def.h"
#include "kernels/support/walk.h"

namespace walle::kernels {

/// Strides that lead from an element's step vector to its scale: none for a scalar, `axis` for rank 1; block-wise
/// scales have the operand's rank and `block` elements share one.
struct ScaleMap {
  Extents strides;
  size_t axis = 0;
  int64_t block = 1;

  [[nodiscard]] int64_t at(std::span<const int64_t> steps) const {
    int64_t offset = 0;
    for (size_t i = 0; i < steps.size(); ++i) offset += (i == axis ? steps[i] / block : steps[i]) * strides[i];
    return offset;
  }
};

/// The values of a short integer dtype.
struct IntegerRange {
  double low, high;
};
[[nodiscard]] inline IntegerRange integer_range(DType dtype) {
  const bool is_signed = dtype == DType::i2 || dtype == DType::i4 || dtype == DType::i8 || dtype == DType::i16;
  const auto span = static_cast<double>(int64_t{1} << bits_of(dtype));
  return is_signed ? IntegerRange{-span / 2, span / 2 - 1} : IntegerRange{0, span - 1};
}

/// The map of a scale (or zero point) operand; nullopt if its shape does not fit x.
[[nodiscard]] inline std::optional<ScaleMap> scale_map(const Operand& x, const Operand& scale, int32_t axis,
                                                       int64_t block) {
  ScaleMap map{.strides = Extents(x.dims.size(), 0)};
  if (scale.count() == 1) return map;
  map.axis = axis_of(axis, x.dims.size());
  if (map.axis >= x.dims.size()) return std::nullopt;
  if (scale.dims.size() == 1) {
    if (scale.dims[0] != x.dims[map.axis]) return std::nullopt;
    map.strides[map.axis] = scale.strides[0];
    return map;
  }
  if (block < 1 || scale.dims.size() != x.dims.size()) return std::nullopt;
  for (size_t i = 0; i < x.dims.size(); ++i) {
    const int64_t wanted = i == map.axis ? (x.dims[i] + block - 1) / block : x.dims[i];
    if (scale.dims[i] != wanted) return std::nullopt;
  }
  map.strides = scale.strides;
  map.block = block;
  return map;
}

}  // namespace walle::kernels
