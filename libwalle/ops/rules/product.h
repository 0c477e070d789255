#pragma once

#include "libwalle/ops/rules/define.h"

namespace walle::ops::rules {

/// Shape rule of a (batched) matrix product of operands a and b; a vector is a row (a) or a column (b) that vanishes.
[[nodiscard]] Status infer_product(const NodeView& node, InferContext& context, size_t a, size_t b, DType dtype);

}  // namespace walle::ops::rules
