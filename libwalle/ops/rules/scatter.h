#pragma once

#include "libwalle/ops/rules/define.h"

namespace walle::ops::rules {

/// Result as operand 0; operands 0 and 2 of one dtype.
[[nodiscard]] Status infer_scatter(const NodeView& node, InferContext& context);
/// ScatterElements along attribute axis, or ScatterND.
[[nodiscard]] Result<CoreForm> scatter_form(const NodeView& node, bool elements);

}  // namespace walle::ops::rules
