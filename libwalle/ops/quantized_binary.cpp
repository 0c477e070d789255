#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  const auto dtype = dtype_from(WALLE_TRY(node.attribute_string("to", "")));
  if (dtype != DType::u8 && dtype != DType::i8)
    return node.fail(ErrorCode::invalid_argument, "its result is not u8 or i8");
  if (!rules::has_shapes(node)) {
    context.set_unknown_shape(0, *dtype);
    return {};
  }
  context.set(0, *dtype, WALLE_TRY(rules::broadcast_operands(node, context, 2)));
  return {};
}

Result<CoreForm> atomic(const NodeView& node) {
  const std::string op = WALLE_TRY(node.attribute_string("op", ""));
  if (op != "Add" && op != "Sub" && op != "Mul")
    return node.fail(ErrorCode::invalid_argument, "op is not Add, Sub or Mul");
  const auto whole = [&](const char* name, int64_t fallback) -> Result<int32_t> {
    return static_cast<int32_t>(WALLE_TRY(node.attribute_int(name, fallback)));
  };
  QuantizedBinaryAttributes a;
  a.op = op == "Add" ? BinaryOp::add : (op == "Sub" ? BinaryOp::sub : BinaryOp::mul);
  a.a_scale = WALLE_TRY(node.attribute_float("a_scale", 1));
  a.b_scale = WALLE_TRY(node.attribute_float("b_scale", 1));
  a.y_scale = WALLE_TRY(node.attribute_float("y_scale", 1));
  a.a_zero = WALLE_TRY(whole("a_zero", 0));
  a.b_zero = WALLE_TRY(whole("b_zero", 0));
  a.y_zero = WALLE_TRY(whole("y_zero", 0));
  a.low = WALLE_TRY(whole("low", -128));
  a.high = WALLE_TRY(whole("high", 255));
  return CoreForm{.attributes = a};
}

}  // namespace

extern const OpDef kQuantizedBinary = {
    .name = "QuantizedBinary",
    .domain = "walle",
    .formula = "y = clip(round(op((a - a_zero) * a_scale, (b - b_zero) * b_scale) / y_scale) + y_zero, low, high)",
    .op_class = OpClass::atomic,
    .operands = {2, 2},
    .results = {1, 1},
    .attributes =
        "op:string, to:string, a_scale:float=1, b_scale:float=1, y_scale:float=1, a_zero:int=0, b_zero:int=0, "
        "y_zero:int=0, low:int=-128, high:int=255",
    .infer = infer,
    .atomic = atomic};

}  // namespace walle::ops
