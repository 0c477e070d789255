#pragma once

#include <string>

#include <onnx/onnx_pb.h>
#include <walle/engine/tensor.h>

#include "libwalle/base/result.h"

namespace walle::import {

/// Reads tensors: raw, typed or external data (only inside `folder`).
class TensorReader {
 public:
  explicit TensorReader(std::string folder) : folder_(std::move(folder)) {}

  /// Errors: unsupported for strings and unknown types; invalid_argument for wrong dims or too little data;
  /// permission_denied for a file outside the folder; not_found. All name the tensor.
  [[nodiscard]] Result<engine::Tensor> read(const onnx::TensorProto& proto) const;

 private:
  [[nodiscard]] Result<engine::Tensor> read_external(const onnx::TensorProto& proto, engine::Tensor tensor) const;

  std::string folder_;
};

}  // namespace walle::import
