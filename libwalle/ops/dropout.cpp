#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/constants.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  WALLE_TRY(rules::infer_same(node, context));
  if (node.value(0).shape) {
    context.set(1, DType::boolean, *node.value(0).shape);
  } else {
    context.set_unknown_shape(1, DType::boolean);
  }
  return {};
}

/// Inference: nothing is dropped, whatever the ratio.
Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  if (node.has(2)) {
    const auto training = WALLE_TRY(rules::constant_numbers(node, 2));
    const bool drops = !node.has(1) || WALLE_TRY(rules::constant_numbers(node, 1)) != std::vector<double>{0.0};
    if (!training.empty() && training[0] != 0 && drops)
      return node.fail(ErrorCode::unsupported, "training_mode; export the model for inference");
  }
  std::vector<ValueId> results = {WALLE_TRY(builder.one("Identity", {node.operand(0)}))};
  if (node.result_count() > 1) {
    const Ints dims = WALLE_TRY(node.dims(0));
    const ValueId kept = builder.scalar(DType::boolean, 1);
    results.push_back(WALLE_TRY(rules::expand(builder, kept, dims)));
  }
  return std::optional(std::move(results));
}

}  // namespace

extern const OpDef kDropout = {.name = "Dropout",
                               .formula = "y = x (in inference)",
                               .op_class = OpClass::composite,
                               .operands = {1, 3},
                               .results = {1, 2},
                               .attributes = "ratio:float=0.5, seed:int?",
                               .infer = infer,
                               .decompose = decompose};

}  // namespace walle::ops
