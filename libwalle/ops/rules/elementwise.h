#pragma once

#include "libwalle/ops/rules/known.h"
#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/upgrade.h"

// Definitions of elementwise operators: one family member each.
namespace walle::ops::rules {

template <UnaryOp kOp>
Result<CoreForm> unary_form(const NodeView&) {
  return CoreForm{.attributes = UnaryAttributes{.op = kOp}};
}

/// An elementwise function without attributes: result as operand 0.
template <UnaryOp kOp>
constexpr OpDef unary(std::string_view name, std::string_view formula) {
  return {.name = name,
          .formula = formula,
          .op_class = OpClass::atomic,
          .operands = {1, 1},
          .results = {1, 1},
          .infer = infer_same,
          .atomic = unary_form<kOp>};
}

/// The same with attributes, which `form` reads.
constexpr OpDef unary(std::string_view name, std::string_view formula, std::string_view attributes,
                      Result<CoreForm> (*form)(const NodeView&)) {
  return {.name = name,
          .formula = formula,
          .op_class = OpClass::atomic,
          .operands = {1, 1},
          .results = {1, 1},
          .attributes = attributes,
          .infer = infer_same,
          .atomic = form};
}

/// UnaryAttributes with alpha and beta out of two float attributes.
[[nodiscard]] Result<CoreForm> unary_form(const NodeView& node, UnaryOp op, std::string_view alpha, float alpha_default,
                                          std::string_view beta = {}, float beta_default = 0);

/// Equal dtypes, broadcast shape; result of dtype `boolean` or that of the operands.
[[nodiscard]] Status infer_binary(const NodeView& node, InferContext& context, BinaryOp op, bool boolean);

template <BinaryOp kOp>
Result<CoreForm> binary_form(const NodeView&) {
  return CoreForm{.attributes = BinaryAttributes{.op = kOp}};
}
template <BinaryOp kOp>
Status infer_arithmetic(const NodeView& node, InferContext& context) {
  return infer_binary(node, context, kOp, false);
}
template <BinaryOp kOp>
Status infer_comparison(const NodeView& node, InferContext& context) {
  return infer_binary(node, context, kOp, true);
}

/// y = op(a, b) of the operands' dtype.
template <BinaryOp kOp>
constexpr OpDef arithmetic(std::string_view name, std::string_view formula) {
  return {.name = name,
          .formula = formula,
          .op_class = OpClass::atomic,
          .operands = {2, 2},
          .results = {1, 1},
          .upgrade = upgrade_broadcast,
          .infer = infer_arithmetic<kOp>,
          .atomic = binary_form<kOp>};
}
/// y = op(a, b), boolean.
template <BinaryOp kOp>
constexpr OpDef comparison(std::string_view name, std::string_view formula) {
  return {.name = name,
          .formula = formula,
          .op_class = OpClass::atomic,
          .operands = {2, 2},
          .results = {1, 1},
          .upgrade = upgrade_broadcast,
          .infer = infer_comparison<kOp>,
          .atomic = binary_form<kOp>};
}

/// Any number of operands of one dtype, broadcast together (Max, Min, Sum, Mean).
[[nodiscard]] Status infer_variadic(const NodeView& node, InferContext& context);
/// op over all operands as a chain of binary nodes; one operand: itself.
[[nodiscard]] Result<ValueId> chain(const NodeView& node, GraphBuilder& builder, std::string_view op);

}  // namespace walle::ops::rules
