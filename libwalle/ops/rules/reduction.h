#pragma once

#include "libwalle/ops/rules/define.h"

namespace walle::ops::rules {

/// dtype of operand 0; the axes (operand 1 or attribute; none: all, or with noop_with_empty_axes no one) become 1 or
/// vanish.
[[nodiscard]] Status infer_reduction(const NodeView& node, InferContext& context);
/// Canonical: one operand, attribute axes, keepdims 1. Else this form, followed by a Reshape where axes vanish.
[[nodiscard]] Replacement decompose_reduction(const NodeView& node, GraphBuilder& builder);
[[nodiscard]] Result<CoreForm> reduction_form(const NodeView& node, ReduceOp op);

template <ReduceOp kOp>
Result<CoreForm> reduction_form(const NodeView& node) {
  return reduction_form(node, kOp);
}

template <ReduceOp kOp>
constexpr OpDef reduction(std::string_view name, std::string_view formula) {
  return {.name = name,
          .formula = formula,
          .op_class = OpClass::atomic,
          .operands = {1, 2},
          .results = {1, 1},
          .attributes = "axes:ints?, keepdims:int=1, noop_with_empty_axes:int=0",
          .infer = infer_reduction,
          .decompose = decompose_reduction,
          .atomic = reduction_form<kOp>};
}

}  // namespace walle::ops::rules
