#pragma once

#include "libwalle/ops/rules/define.h"

namespace walle::ops::rules {

/// Shape rule of global pooling: [N, C, 1, 1…].
[[nodiscard]] Status infer_global_pool(const NodeView& node, InferContext& context);
/// Reduces all axes but the first two with this operator.
[[nodiscard]] Replacement decompose_global_pool(const NodeView& node, GraphBuilder& builder, std::string_view op);

}  // namespace walle::ops::rules
