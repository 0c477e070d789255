#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/types.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  const DType from = WALLE_TRY(node.dtype(0));
  const int64_t type = WALLE_TRY(node.attribute_int("to", 0));
  const auto to = rules::dtype_of_onnx(type);
  if (!to) return node.fail(ErrorCode::unsupported, "casts to ONNX type " + std::to_string(type));
  if (bits_of(from) != bits_of(*to)) {
    return node.fail(ErrorCode::invalid_argument,
                     std::string(name_of(from)) + " and " + std::string(name_of(*to)) + " differ in width");
  }
  if (node.value(0).shape) {
    context.set(0, *to, *node.value(0).shape);
  } else {
    context.set_unknown_shape(0, *to);
  }
  return {};
}

Result<CoreForm> atomic(const NodeView&) { return CoreForm{.attributes = CastAttributes{.bits = true}}; }

}  // namespace

extern const OpDef kBitCast = {.name = "BitCast",
                               .formula = "y = the bits of x read as another type of the same width",
                               .op_class = OpClass::atomic,
                               .operands = {1, 1},
                               .results = {1, 1},
                               .attributes = "to:int",
                               .infer = infer,
                               .atomic = atomic};

}  // namespace walle::ops
