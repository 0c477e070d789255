#include "libwalle/ops/rules/quantized.h"

#include <limits>

#include "libwalle/ops/rules/build.h"

namespace walle::ops::rules {

Result<DType> quantized_dtype(const NodeView& node) {
  const auto dtype = dtype_from(WALLE_TRY(node.attribute_string("to", "")));
  const bool known = dtype == DType::i32 || dtype == DType::f32 || dtype == DType::u8 || dtype == DType::i8;
  if (!known) return node.fail(ErrorCode::invalid_argument, "its result is not i32, f32, u8 or i8");
  if ((dtype != DType::i32) != node.has(5))
    return node.fail(ErrorCode::invalid_argument,
                     "a scale is given for results in f32 and 8 bits, and for those alone");
  return *dtype;
}

Status quantized_epilogue(const NodeView& node, CoreForm& form) {
  const DType dtype = WALLE_TRY(quantized_dtype(node));
  if (dtype == DType::i32) return {};
  if (node.has(4)) form.epilogue.push_back({.kind = EpilogueKind::bias_channel, .operand = 4});
  form.epilogue.push_back({.kind = EpilogueKind::rescale, .operand = 5});
  if (node.has_attribute("low") || node.has_attribute("high")) {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    form.epilogue.push_back({.kind = EpilogueKind::unary,
                             .unary = UnaryOp::clip,
                             .alpha = WALLE_TRY(node.attribute_float("low", -kInfinity)),
                             .beta = WALLE_TRY(node.attribute_float("high", kInfinity))});
  }
  if (dtype == DType::f32) return {};
  form.epilogue.push_back(
      {.kind = EpilogueKind::quantize, .alpha = static_cast<double>(WALLE_TRY(node.attribute_int("zero", 0)))});
  return {};
}

Result<ValueId> quantized_scale(GraphBuilder& builder, ValueId a, ValueId b, ValueId y) {
  const ValueId product = WALLE_TRY(builder.one("Mul", {a, b}));
  return builder.one("Div", {product, y});
}

Attributes quantized_result(Attributes attributes, DType dtype, int64_t zero) {
  attributes["to"] = std::string(name_of(dtype));
  attributes["zero"] = zero;
  return attributes;
}

std::optional<int64_t> constant_zero(const NodeView& node, size_t operand) {
  const engine::Tensor* tensor = node.constant(operand);
  if (tensor == nullptr || tensor->count() != 1) return std::nullopt;
  if (tensor->dtype() == DType::i8) return tensor->values<int8_t>()[0];
  if (tensor->dtype() == DType::u8) return tensor->values<uint8_t>()[0];
  return std::nullopt;
}

}  // namespace walle::ops::rules
