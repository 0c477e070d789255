#pragma once

#include <cstdint>
#include <type_traits>

#include "kernels/abi/dtype.h"

namespace walle::kernels {

/// Storage of a boolean element: any byte, of which 0 is false. (Reading a foreign byte as `bool` would be undefined.)
struct Boolean {
  uint8_t value;
};

/// Calls f(std::type_identity<T>{}) with the storage type of `dtype`; false for a type that only carries data.
template <class F>
bool visit_dtype(DType dtype, F&& f) {
  switch (dtype) {
    case DType::f32:
      f(std::type_identity<float>{});
      return true;
    case DType::f16:
      f(std::type_identity<Half>{});
      return true;
    case DType::bf16:
      f(std::type_identity<BFloat16>{});
      return true;
    case DType::f64:
      f(std::type_identity<double>{});
      return true;
    case DType::i8:
      f(std::type_identity<int8_t>{});
      return true;
    case DType::u8:
      f(std::type_identity<uint8_t>{});
      return true;
    case DType::i16:
      f(std::type_identity<int16_t>{});
      return true;
    case DType::u16:
      f(std::type_identity<uint16_t>{});
      return true;
    case DType::i32:
      f(std::type_identity<int32_t>{});
      return true;
    case DType::u32:
      f(std::type_identity<uint32_t>{});
      return true;
    case DType::i64:
      f(std::type_identity<int64_t>{});
      return true;
    case DType::u64:
      f(std::type_identity<uint64_t>{});
      return true;
    case DType::boolean:
      f(std::type_identity<Boolean>{});
      return true;
    default:
      return false;
  }
}

/// As visit_dtype, for kernels that only move bits: f gets uint8_t, uint16_t, uint32_t or uint64_t by element size.
template <class F>
bool visit_size(DType dtype, F&& f) {
  switch (bits_of(dtype)) {
    case 8:
      f(std::type_identity<uint8_t>{});
      return true;
    case 16:
      f(std::type_identity<uint16_t>{});
      return true;
    case 32:
      f(std::type_identity<uint32_t>{});
      return true;
    case 64:
      f(std::type_identity<uint64_t>{});
      return true;
    default:
      return false;
  }
}

/// As visit_dtype for the floating-point types alone.
template <class F>
bool visit_float(DType dtype, F&& f) {
  switch (dtype) {
    case DType::f32:
      f(std::type_identity<float>{});
      return true;
    case DType::f16:
      f(std::type_identity<Half>{});
      return true;
    case DType::bf16:
      f(std::type_identity<BFloat16>{});
      return true;
    case DType::f64:
      f(std::type_identity<double>{});
      return true;
    default:
      return false;
  }
}

}  // namespace walle::kernels
