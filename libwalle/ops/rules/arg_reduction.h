#pragma once

#include "libwalle/ops/rules/define.h"

// ArgMax and ArgMin.
namespace walle::ops::rules {

[[nodiscard]] Status infer_arg_reduction(const NodeView& node, InferContext& context);
/// Canonical: keepdims 1.
[[nodiscard]] Replacement decompose_arg_reduction(const NodeView& node, GraphBuilder& builder);
[[nodiscard]] Result<CoreForm> arg_reduction_form(const NodeView& node, bool smallest);

inline constexpr std::string_view kArgReductionAttributes = "axis:int=0, keepdims:int=1, select_last_index:int=0";

}  // namespace walle::ops::rules
