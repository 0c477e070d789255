#pragma once

#include "libwalle/ops/rules/define.h"

// Softmax and its kin: along one axis; before opset 13 over all axes from `axis` on ("flatten").
namespace walle::ops::rules {

/// Opset < 13: the default axis is 1, and the attribute flatten remembers the older meaning.
[[nodiscard]] Status upgrade_softmax(Node& node, int opset, GraphBuilder& builder);
[[nodiscard]] Status infer_softmax(const NodeView& node, InferContext& context);
/// A node with flatten as the same operator on the matrix [before axis, from axis on]; a scalar as a vector.
[[nodiscard]] Replacement decompose_softmax(const NodeView& node, GraphBuilder& builder);
[[nodiscard]] Result<CoreForm> softmax_form(const NodeView& node, bool log);

inline constexpr std::string_view kSoftmaxAttributes = "axis:int=-1, flatten:int=0";

}  // namespace walle::ops::rules
