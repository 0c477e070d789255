#pragma once

#include <string>
#include <vector>

#include "libwalle/ops/rules/formula.h"

// What the support vector machines of ai.onnx.ml have in common.
namespace walle::ops::rules {

/// The kernel function of the attributes kernel_type and kernel_params.
struct VectorKernel {
  std::string type;
  double gamma = 0, offset = 0, degree = 3;
};

/// Errors: invalid_argument unless there are three parameters or none.
[[nodiscard]] Result<VectorKernel> vector_kernel(const NodeView& node);
/// x [N, features] and vectors [V, features]: the kernel of each with each, [N, V].
[[nodiscard]] Term similarity(const VectorKernel& kernel, Term x, Term vectors);

/// A list of floats; empty where it is missing.
[[nodiscard]] Result<std::vector<float>> float_list(const NodeView& node, std::string_view name);
/// The numbers as an f32 constant [rows, columns].
[[nodiscard]] Term matrix(Formula& f, const std::vector<float>& values, int64_t rows, int64_t columns);

}  // namespace walle::ops::rules
