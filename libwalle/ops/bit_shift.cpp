#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {
namespace {

Result<CoreForm> form(const NodeView& node) {
  const std::string direction = WALLE_TRY(node.attribute_string("direction", ""));
  if (direction != "LEFT" && direction != "RIGHT")
    return node.fail(ErrorCode::invalid_argument, "direction must be LEFT or RIGHT");
  const BinaryOp op = direction == "LEFT" ? BinaryOp::shift_left : BinaryOp::shift_right;
  return CoreForm{.attributes = BinaryAttributes{.op = op}};
}

}  // namespace

extern const OpDef kBitShift = {.name = "BitShift",
                                .formula = "y = a << b or a >> b",
                                .op_class = OpClass::atomic,
                                .operands = {2, 2},
                                .results = {1, 1},
                                .attributes = "direction:string",
                                .infer = rules::infer_arithmetic<BinaryOp::shift_left>,
                                .atomic = form};

}  // namespace walle::ops
