#pragma once

#include <onnx/onnx_pb.h>

#include "libwalle/base/result.h"

namespace walle::import {

/// Replaces every node that calls one of the model's own functions by the function's nodes, in all graphs and blocks.
/// Errors: resource_exhausted where this does not end or grows past kMaxNodes; unsupported for a function of another
/// opset.
[[nodiscard]] Status expand_functions(onnx::ModelProto& model);

}  // namespace walle::import
