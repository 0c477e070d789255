#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/types.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  const DType from = WALLE_TRY(node.dtype(0));
  const int64_t type = WALLE_TRY(node.attribute_int("to", 0));
  const auto to = rules::dtype_of_onnx(type);
  if (!to) return node.fail(ErrorCode::unsupported, "casts to ONNX type " + std::to_string(type));
  if (!node.value(0).shape) {
    context.set_unknown_shape(0, *to);
    return {};
  }
  context.set(0, *to, *node.value(0).shape);
  const auto elements = node.known(0);
  if (!elements || is_float(from) || is_float(*to)) return {};
  if (*to != DType::boolean && bits_of(*to) >= 32) {
    context.set_known(0, *elements);
  } else if (*to == DType::boolean) {
    std::vector<Dim> truth;
    for (const Dim& element : *elements) {
      if (!element.known()) return {};
      truth.emplace_back(element.value() != 0 ? 1 : 0);
    }
    context.set_known(0, std::move(truth));
  }
  return {};
}

Result<ScaleRounding> rounding_of(const NodeView& node) {
  const std::string mode = WALLE_TRY(node.attribute_string("round_mode", "up"));
  if (mode == "up") return ScaleRounding::up;
  if (mode == "down") return ScaleRounding::down;
  if (mode == "nearest") return ScaleRounding::nearest;
  return node.fail(ErrorCode::invalid_argument, "round_mode '" + mode + "' is not up, down or nearest");
}

/// `saturate` speaks of small floats alone; integers wrap.
Result<CoreForm> atomic(const NodeView& node) {
  CastAttributes attributes{.rounding = WALLE_TRY(rounding_of(node))};
  const bool saturate = WALLE_TRY(node.attribute_int("saturate", 1)) != 0;
  attributes.saturate = saturate && node.result(0).dtype && is_small_float(*node.result(0).dtype);
  return CoreForm{.attributes = attributes};
}

}  // namespace

extern const OpDef kCast = {.name = "Cast",
                            .formula = "y = x as another type; floats to integers: towards 0",
                            .op_class = OpClass::atomic,
                            .operands = {1, 1},
                            .results = {1, 1},
                            .attributes = "to:int, saturate:int=1, round_mode:string=up",
                            .infer = infer,
                            .atomic = atomic};

}  // namespace walle::ops
