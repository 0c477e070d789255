#include "libwalle/ops/rules/formula.h"
#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (!rules::has_shapes(node)) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  Shape shape = *node.value(0).shape;
  if (shape.empty()) return node.fail(ErrorCode::invalid_argument, "needs an operand of rank 1 or more");
  if (shape.size() == 1) shape.insert(shape.begin(), Dim(1));
  shape.back() = rules::product(context, *node.value(1).shape);
  context.set(0, dtype, std::move(shape));
  return {};
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  rules::Formula f(builder);
  const auto axis = static_cast<int64_t>(WALLE_TRY(node.dims(0)).size()) - 1;
  const rules::Term indices = f.of(node.operand(1)).reshape({rules::count(WALLE_TRY(node.dims(1)))});
  const rules::Term y = f.op("Gather", {f.of(node.operand(0)), indices}, {{"axis", axis}});
  return f.results({y.reshape(WALLE_TRY(node.result_dims(0)))});
}

}  // namespace

extern const OpDef kArrayFeatureExtractor = {.name = "ArrayFeatureExtractor",
                                             .domain = "ai.onnx.ml",
                                             .formula = "y = x[…, indices]",
                                             .op_class = OpClass::composite,
                                             .operands = {2, 2},
                                             .results = {1, 1},
                                             .infer = infer,
                                             .decompose = decompose};

}  // namespace walle::ops
