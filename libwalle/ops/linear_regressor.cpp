#include "libwalle/ops/rules/scores.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  const int64_t targets = WALLE_TRY(node.attribute_int("targets", 1));
  context.set(0, DType::f32, {WALLE_TRY(rules::sample_count(node, context)), Dim(targets)});
  return {};
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  rules::Formula f(builder);
  const rules::Term x = WALLE_TRY(rules::sample_rows(node, f));
  const int64_t targets = WALLE_TRY(node.attribute_int("targets", 1));
  const rules::Term y = WALLE_TRY(rules::linear_scores(node, x, targets));
  return f.results({transformed(y, WALLE_TRY(rules::score_transform(node)))});
}

}  // namespace

extern const OpDef kLinearRegressor = {
    .name = "LinearRegressor",
    .domain = "ai.onnx.ml",
    .formula = "y = x · coefficientsᵀ + intercepts",
    .op_class = OpClass::composite,
    .operands = {1, 1},
    .results = {1, 1},
    .attributes = "coefficients:floats, intercepts:floats?, post_transform:string?, targets:int(1..65536)=1",
    .infer = infer,
    .decompose = decompose};

}  // namespace walle::ops
