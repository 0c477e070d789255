#pragma once

#include "libwalle/ops/rules/define.h"

// Constants that stand in attributes.
namespace walle::ops::rules {

/// The tensor of a Constant node: value, value_float(s) or value_int(s). Errors: unsupported for strings and sparse.
[[nodiscard]] Result<engine::Tensor> constant_tensor(const NodeView& node);
/// A tensor attribute, or null. Errors: invalid_argument if it has another type.
[[nodiscard]] Result<const engine::Tensor*> attribute_tensor(const NodeView& node, std::string_view name);
/// Element `index` of a numeric tensor as a double (exact below 2^53).
[[nodiscard]] double element(const engine::Tensor& tensor, int64_t index);
/// All elements of a numeric constant. Errors: unsupported naming the operand, if it is not constant.
[[nodiscard]] Result<std::vector<double>> constant_numbers(const NodeView& node, size_t operand);

}  // namespace walle::ops::rules
