#pragma once

#include <onnx/onnx_pb.h>

#include "libwalle/graph/attributes.h"
#include "libwalle/import/onnx_tensor.h"

namespace walle::import {

/// An attribute that is no graph. Errors: unsupported for lists of tensors, sparse tensors and types; what `tensors`
/// says.
[[nodiscard]] Result<graph::Attribute> read_attribute(const onnx::AttributeProto& proto, const TensorReader& tensors);

}  // namespace walle::import
