#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  const DType index = WALLE_TRY(node.dtype(1));
  if (index != DType::u8 && index != DType::i8)
    return node.fail(ErrorCode::invalid_argument, "what is looked up is not 8 bits wide");
  if (!node.value(1).shape) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  context.set(0, dtype, *node.value(1).shape);
  return {};
}

Result<CoreForm> atomic(const NodeView& node) {
  if (WALLE_TRY(node.dims(0)) != Ints{256})
    return node.fail(ErrorCode::invalid_argument, "the table has not 256 entries");
  return CoreForm{.attributes = GatherAttributes{.axis = 0}};
}

}  // namespace

extern const OpDef kLookup = {.name = "Lookup",
                              .domain = "walle",
                              .formula = "y = table[x], negative x from the table's end",
                              .op_class = OpClass::atomic,
                              .operands = {2, 2},
                              .results = {1, 1},
                              .infer = infer,
                              .atomic = atomic};

}  // namespace walle::ops
