#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/loss.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  WALLE_TRY(rules::infer_loss(node, context));
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (node.value(0).shape) {
    context.set(1, dtype, *node.value(0).shape);
  } else {
    context.set_unknown_shape(1, dtype);
  }
  return {};
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const size_t wanted = node.result_count();
  const ValueId scores = WALLE_TRY(builder.one("LogSoftmax", {node.operand(0)}, {{"axis", int64_t{1}}}));
  std::vector<ValueId> results = {WALLE_TRY(rules::likelihood_loss(node, builder, scores)), scores};
  results.resize(wanted);
  return std::optional(std::move(results));
}

}  // namespace

extern const OpDef kSoftmaxCrossEntropyLoss = {
    .name = "SoftmaxCrossEntropyLoss",
    .formula = "y = NegativeLogLikelihoodLoss(log softmax(x), t, w); optionally the log softmax",
    .op_class = OpClass::composite,
    .operands = {2, 3},
    .results = {1, 2},
    .attributes = rules::kLossAttributes,
    .infer = infer,
    .decompose = decompose};

}  // namespace walle::ops
