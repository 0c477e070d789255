#include "libwalle/ops/rules/containers.h"

namespace walle::ops {
namespace {

Status infer(const NodeView&, InferContext& context) {
  context.set(0, DType::i64, {});
  return {};
}

rules::Values carry_out(const NodeView& node, std::span<const engine::AnyValue> operands, graph::BlockRunner&) {
  const auto elements = WALLE_TRY(rules::elements_at(node, operands, 0));
  return std::vector<engine::AnyValue>{engine::Tensor::scalar(static_cast<int64_t>(elements.size()))};
}

}  // namespace

extern const OpDef kSequenceLength = {.name = "SequenceLength",
                                      .formula = "y = how many elements s has",
                                      .op_class = OpClass::container,
                                      .operands = {1, 1},
                                      .results = {1, 1},
                                      .infer = infer,
                                      .carry_out = carry_out};

}  // namespace walle::ops
