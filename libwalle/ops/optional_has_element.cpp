#include "libwalle/ops/rules/containers.h"

namespace walle::ops {
namespace {

Status infer(const NodeView&, InferContext& context) {
  context.set(0, DType::boolean, {});
  return {};
}

rules::Values carry_out(const NodeView&, std::span<const engine::AnyValue> operands, graph::BlockRunner&) {
  return std::vector<engine::AnyValue>{engine::Tensor::scalar(!operands.empty() && !operands[0].absent())};
}

}  // namespace

extern const OpDef kOptionalHasElement = {.name = "OptionalHasElement",
                                          .formula = "y = x has an element",
                                          .op_class = OpClass::container,
                                          .operands = {0, 1},
                                          .results = {1, 1},
                                          .infer = infer,
                                          .carry_out = carry_out};

}  // namespace walle::ops
