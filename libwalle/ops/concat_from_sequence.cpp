#include "libwalle/ops/rules/containers.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  context.set_unknown_shape(0, WALLE_TRY(node.dtype(0)));
  return {};
}

rules::Values carry_out(const NodeView& node, std::span<const engine::AnyValue> operands, graph::BlockRunner&) {
  const auto elements = WALLE_TRY(rules::elements_at(node, operands, 0));
  if (!node.has_attribute("axis")) return node.fail(ErrorCode::invalid_argument, "attribute 'axis' is missing");
  const int64_t axis = WALLE_TRY(node.attribute_int("axis", 0));
  const bool fresh = WALLE_TRY(node.attribute_int("new_axis", 0)) != 0;
  return std::vector<engine::AnyValue>{
      WALLE_TRY(fresh ? rules::stack(node, elements, axis) : rules::join(node, elements, axis))};
}

}  // namespace

extern const OpDef kConcatFromSequence = {.name = "ConcatFromSequence",
                                          .formula = "y = the elements of s behind one another along (a new) axis",
                                          .op_class = OpClass::container,
                                          .operands = {1, 1},
                                          .results = {1, 1},
                                          .attributes = "axis:int, new_axis:int=0",
                                          .infer = infer,
                                          .carry_out = carry_out};

}  // namespace walle::ops
