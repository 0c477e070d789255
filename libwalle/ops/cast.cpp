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

Result<CoreForm> atomic(const NodeView&) { return CoreForm{.attributes = CastAttributes{}}; }

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
