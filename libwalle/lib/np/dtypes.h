#pragma once

#include <string_view>

#include "kernels/abi/dtype.h"
#include "libwalle/base/result.h"

namespace walle::np {

/// NumPy's name: "float32", "uint8", "bool"; and its kind character: 'b' 'i' 'u' 'f'.
[[nodiscard]] std::string_view numpy_name(DType dtype);
[[nodiscard]] char kind_of(DType dtype);
/// The buffer protocol's format character (PEP 3118, native), 0 if there is none (bfloat16).
[[nodiscard]] char buffer_format(DType dtype);
/// From "float32", "f4", "<f4", "d", "?" … Errors: invalid_argument naming those that exist.
[[nodiscard]] Result<DType> dtype_named(std::string_view name);

/// The dtype that holds both, by NumPy's table (int64 with uint64, and int32 or wider with float32 → float64).
[[nodiscard]] DType promote(DType a, DType b);

/// A Python bool, int or float gives way to the other operand's dtype (NumPy 2, NEP 50).
enum class Weak : uint8_t { none, boolean, integer, floating };
/// dtype of an operation between a weak scalar and an array of `dtype`.
[[nodiscard]] DType promote_weak(DType dtype, Weak weak);
/// dtype that a Python scalar has by itself: bool, int64, float64.
[[nodiscard]] DType default_of(Weak weak);

}  // namespace walle::np
