#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops::rules {
namespace {

/// All operands' dtype. Errors: invalid_argument if they differ.
Result<DType> common_dtype(const NodeView& node) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  for (size_t i = 1; i < node.operand_count(); ++i) {
    const DType other = WALLE_TRY(node.dtype(i));
    if (other != dtype) {
      return node.fail(ErrorCode::invalid_argument, "operand 0 is " + std::string(name_of(dtype)) + " but operand " +
                                                        std::to_string(i) + " is " + std::string(name_of(other)));
    }
  }
  return dtype;
}

}  // namespace

Result<CoreForm> unary_form(const NodeView& node, UnaryOp op, std::string_view alpha, float alpha_default,
                            std::string_view beta, float beta_default) {
  UnaryAttributes attributes{.op = op};
  attributes.alpha = static_cast<double>(WALLE_TRY(node.attribute_float(alpha, alpha_default)));
  if (!beta.empty()) attributes.beta = static_cast<double>(WALLE_TRY(node.attribute_float(beta, beta_default)));
  return CoreForm{.attributes = attributes};
}

Status infer_binary(const NodeView& node, InferContext& context, BinaryOp op, bool boolean) {
  const DType operands = WALLE_TRY(common_dtype(node));
  const DType dtype = boolean ? DType::boolean : operands;
  if (!has_shapes(node)) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  Shape shape = WALLE_TRY(broadcast_operands(node, context, 2));
  const size_t rank = shape.size();
  context.set(0, dtype, std::move(shape));
  if (rank > 1 || is_float(operands)) return {};
  if (auto elements = known_binary(op, node, 0, 1)) context.set_known(0, *std::move(elements));
  return {};
}

Status infer_variadic(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(common_dtype(node));
  if (!has_shapes(node)) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  context.set(0, dtype, WALLE_TRY(broadcast_operands(node, context, node.operand_count())));
  return {};
}

Result<ValueId> chain(const NodeView& node, GraphBuilder& builder, std::string_view op) {
  const std::vector<ValueId> operands = node.node().operands;
  ValueId result = operands[0];
  for (size_t i = 1; i < operands.size(); ++i) result = WALLE_TRY(builder.one(op, {result, operands[i]}));
  return result;
}

}  // namespace walle::ops::rules
