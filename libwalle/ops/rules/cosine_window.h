#pragma once

#include <array>

#include "libwalle/ops/rules/define.h"

namespace walle::ops::rules {

/// Shape rule of HannWindow and its kin: [size].
[[nodiscard]] Status infer_cosine_window(const NodeView& node, InferContext& context);
/// y[n] = a0 - a1 cos(2πn/N) + a2 cos(4πn/N), N = size (periodic) or size - 1: a constant.
[[nodiscard]] Replacement cosine_window(const NodeView& node, GraphBuilder& builder, std::array<double, 3> a);

inline constexpr std::string_view kCosineWindowAttributes = "output_datatype:int=1, periodic:int=1";

}  // namespace walle::ops::rules
