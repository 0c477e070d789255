#include "libwalle/ops/rules/integer_conv.h"
#include "libwalle/ops/rules/quantized.h"
#include "libwalle/ops/rules/window.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  return rules::infer_integer_conv(node, context, 0, 1, WALLE_TRY(rules::quantized_dtype(node)));
}

Result<CoreForm> atomic(const NodeView& node) {
  const Ints x = WALLE_TRY(node.dims(0));
  const Ints w = WALLE_TRY(node.dims(1));
  if (x.size() < 3 || x.size() != w.size()) return node.fail(ErrorCode::invalid_argument, "operand and weight differ");
  const auto window = WALLE_TRY(rules::window_attributes(node, Ints(w.begin() + 2, w.end())));
  ConvAttributes conv;
  conv.window = WALLE_TRY(rules::window(node, window, std::span(x).subspan(2)));
  conv.group = WALLE_TRY(node.attribute_int("group", 1));
  CoreForm form{.attributes = conv};
  WALLE_TRY(rules::quantized_epilogue(node, form));
  return form;
}

}  // namespace

extern const OpDef kQuantizedConv = {
    .name = "QuantizedConv",
    .domain = "walle",
    .formula = "y = round(clip(scale * (Conv(x - x_zero, w - w_zero) + bias), low, high)) + zero",
    .op_class = OpClass::atomic,
    .operands = {2, 6},
    .results = {1, 1},
    .attributes =
        "auto_pad:string=NOTSET, dilations:ints?, group:int=1, kernel_shape:ints?, pads:ints?, strides:ints?, "
        "to:string, zero:int=0, low:float?, high:float?",
    .infer = infer,
    .atomic = atomic};

}  // namespace walle::ops
