#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {
namespace {

Result<CoreForm> form(const NodeView& node) {
  const bool as_c = WALLE_TRY(node.attribute_int("fmod", 0)) != 0;
  return CoreForm{.attributes = BinaryAttributes{.op = as_c ? BinaryOp::fmod : BinaryOp::mod}};
}

Status infer(const NodeView& node, InferContext& context) {
  const bool as_c = WALLE_TRY(node.attribute_int("fmod", 0)) != 0;
  return rules::infer_binary(node, context, as_c ? BinaryOp::fmod : BinaryOp::mod, false);
}

}  // namespace

extern const OpDef kMod = {.name = "Mod",
                           .formula = "y = a - b * floor(a/b); with fmod the remainder has the sign of a",
                           .op_class = OpClass::atomic,
                           .operands = {2, 2},
                           .results = {1, 1},
                           .attributes = "fmod:int=0",
                           .infer = infer,
                           .atomic = form};

}  // namespace walle::ops
