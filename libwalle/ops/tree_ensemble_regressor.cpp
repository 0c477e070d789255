#include "libwalle/ops/rules/tree_columns.h"

namespace walle::ops {
namespace {

using rules::Aggregate;

Result<Aggregate> aggregate_of(const NodeView& node) {
  const std::string name = WALLE_TRY(node.attribute_string("aggregate_function", "SUM"));
  if (name == "SUM") return Aggregate::sum;
  if (name == "AVERAGE") return Aggregate::average;
  if (name == "MIN") return Aggregate::min;
  if (name == "MAX") return Aggregate::max;
  return node.fail(ErrorCode::invalid_argument, "aggregate_function is not known");
}

Status infer(const NodeView& node, InferContext& context) {
  return rules::infer_forest(node, context, DType::f32, WALLE_TRY(node.attribute_int("n_targets", 1)));
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  auto forest = WALLE_TRY(rules::forest_of_columns(node, "target", WALLE_TRY(node.attribute_int("n_targets", 1))));
  forest.aggregate = WALLE_TRY(aggregate_of(node));
  rules::Formula f(builder);
  const rules::Term x = WALLE_TRY(rules::sample_rows(node, f));
  return f.results({WALLE_TRY(rules::evaluate_forest(node, forest, x)).cast(DType::f32)});
}

}  // namespace

extern const OpDef kTreeEnsembleRegressor = {
    .name = "TreeEnsembleRegressor",
    .domain = "ai.onnx.ml",
    .formula = "y[n,t] = Σ (mean, min, max) over the trees of the weight of the leaf that x[n] leads to",
    .op_class = OpClass::composite,
    .operands = {1, 1},
    .results = {1, 1},
    .attributes =
        "aggregate_function:string?, n_targets:int=1, target_ids:ints, target_nodeids:ints, "
        "target_treeids:ints, target_weights:floats?, target_weights_as_tensor:tensor?, " WALLE_TREE_COLUMNS,
    .infer = infer,
    .decompose = decompose};

}  // namespace walle::ops
