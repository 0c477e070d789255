#pragma once

#include <cstdint>
#include <optional>

#include "kernels/abi/dtype.h"

namespace walle::ops::rules {

/// ONNX's TensorProto.DataType of a dtype and back (nullopt: a type that Walle does not have, such as string).
[[nodiscard]] int64_t onnx_type(DType dtype);
[[nodiscard]] std::optional<DType> dtype_of_onnx(int64_t type);

}  // namespace walle::ops::rules
