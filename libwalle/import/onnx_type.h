#pragma once

#include <optional>
#include <string>

#include <onnx/onnx_pb.h>
#include <walle/engine/any_value.h>

#include "libwalle/base/result.h"

namespace walle::import {

/// What an ONNX type says of a value: a tensor, a sequence of tensors, or an optional of these.
struct DeclaredType {
  engine::ValueKind kind = engine::ValueKind::tensor;
  int element = 0;                                 ///< TensorProto.DataType; 0: not said
  const onnx::TypeProto_Tensor* tensor = nullptr;  ///< of a tensor: where its shape stands
};

/// Errors: unsupported for maps, sparse tensors and sequences of sequences.
[[nodiscard]] Result<DeclaredType> declared_type(const onnx::TypeProto& type);

/// The text that attributes hold in place of a type: "f32", "sequence f32". Errors: unsupported.
[[nodiscard]] Result<std::string> type_text(const onnx::TypeProto& type);

}  // namespace walle::import
