#pragma once

#include "libwalle/ops/rules/define.h"

// CumSum and CumProd.
namespace walle::ops::rules {

[[nodiscard]] Status infer_cumulative(const NodeView& node, InferContext& context);
/// Canonical: one operand, the axis as attribute.
[[nodiscard]] Replacement decompose_cumulative(const NodeView& node, GraphBuilder& builder);
[[nodiscard]] Result<CoreForm> cumulative_form(const NodeView& node, bool product);

inline constexpr std::string_view kCumulativeAttributes = "axis:int?, exclusive:int=0, reverse:int=0";

}  // namespace walle::ops::rules
