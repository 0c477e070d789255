#include "libwalle/train/batch.h"

#include <cstring>

namespace walle::train {
namespace {

using engine::Tensor;

template <class To, class From>
void convert_rows(const Tensor& from, std::span<const int64_t> rows, int64_t width, Tensor& to) {
  const From* source = static_cast<const From*>(from.data());
  To* at = static_cast<To*>(to.mutable_data());
  for (const int64_t row : rows) {
    for (int64_t i = 0; i < width; ++i) *at++ = static_cast<To>(source[row * width + i]);
  }
}

template <class To>
bool convert_to(const Tensor& from, std::span<const int64_t> rows, int64_t width, Tensor& to) {
  const auto as = [&]<class From>(From) {
    convert_rows<To, From>(from, rows, width, to);
    return true;
  };
  switch (from.dtype()) {
    case DType::f32:
      return as(float{});
    case DType::f64:
      return as(double{});
    case DType::i8:
      return as(int8_t{});
    case DType::u8:
    case DType::boolean:
      return as(uint8_t{});
    case DType::i16:
      return as(int16_t{});
    case DType::u16:
      return as(uint16_t{});
    case DType::i32:
      return as(int32_t{});
    case DType::u32:
      return as(uint32_t{});
    case DType::i64:
      return as(int64_t{});
    case DType::u64:
      return as(uint64_t{});
    default:
      return false;
  }
}

bool convert(const Tensor& from, std::span<const int64_t> rows, int64_t width, Tensor& to) {
  if (from.dtype() == to.dtype() && bits_of(from.dtype()) >= 8) {
    const auto bytes = static_cast<size_t>(bytes_of(from.dtype(), width));
    auto* at = static_cast<uint8_t*>(to.mutable_data());
    for (const int64_t row : rows) {
      if (bytes > 0)
        std::memcpy(at, static_cast<const uint8_t*>(from.data()) + static_cast<size_t>(row) * bytes, bytes);
      at += bytes;
    }
    return true;
  }
  if (to.dtype() == DType::f32) return convert_to<float>(from, rows, width, to);
  if (to.dtype() == DType::f64) return convert_to<double>(from, rows, width, to);
  if (to.dtype() == DType::i64 && !is_float(from.dtype())) return convert_to<int64_t>(from, rows, width, to);
  return false;
}

}  // namespace

Result<Tensor> take_rows(const Tensor& from, std::span<const int64_t> rows, DType dtype) {
  std::vector<int64_t> dims = from.dims();
  const int64_t width = dims.empty() || dims[0] == 0 ? 0 : from.count() / dims[0];
  if (dims.empty()) return fail(ErrorCode::invalid_argument, "a scalar has no rows");
  dims[0] = static_cast<int64_t>(rows.size());
  Tensor to = WALLE_TRY(Tensor::empty(dtype, dims));
  if (convert(from, rows, width, to)) return to;
  return fail(ErrorCode::unsupported,
              std::string(name_of(from.dtype())) + " where " + std::string(name_of(dtype)) + " is expected");
}

}  // namespace walle::train
