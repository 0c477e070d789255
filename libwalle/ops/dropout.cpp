#include "libwalle/ops/rules/constants.h"
#include "libwalle/ops/rules/random.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

using rules::Term;

Status infer(const NodeView& node, InferContext& context) {
  WALLE_TRY(rules::infer_same(node, context));
  if (node.value(0).shape) {
    context.set(1, DType::boolean, *node.value(0).shape);
  } else {
    context.set_unknown_shape(1, DType::boolean);
  }
  return {};
}

/// False if it is known to be inference: then nothing is dropped, whatever the ratio.
bool may_train(const NodeView& node) {
  if (!node.has(2)) return false;
  const engine::Tensor* training = node.constant(2);
  return training == nullptr || training->count() != 1 || rules::element(*training, 0) != 0;
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const Ints dims = WALLE_TRY(node.dims(0));
  rules::Formula f(builder);
  const Term x = f.of(node.operand(0));
  if (!may_train(node)) return f.results({x.apply("Identity"), f.number(DType::boolean, 1).expand(dims)});
  const Term training = f.of(node.operand(2)).reshape(std::span<const int64_t>());
  const Term ratio = node.has(1) ? f.of(node.operand(1)).cast(DType::f32).reshape(std::span<const int64_t>())
                                 : f.number(DType::f32, 0.5);
  const Term lucky = compare("GreaterOrEqual", WALLE_TRY(rules::uniform(f, node, dims)), ratio);
  const Term kept = f.op("Or", {lucky, training.apply("Not")});
  const Term scale = where(training, 1.0 / (1.0 - ratio), f.number(DType::f32, 1)).cast(x.dtype());
  return f.results({where(kept, x * scale, f.number(x.dtype(), 0)), kept});
}

}  // namespace

extern const OpDef kDropout = {.name = "Dropout",
                               .formula = "y = x; training: 0 with probability `ratio`, else x / (1 - ratio)",
                               .op_class = OpClass::composite,
                               .operands = {1, 3},
                               .results = {1, 2},
                               .attributes = "ratio:float=0.5, seed:int?",
                               .infer = infer,
                               .decompose = decompose,
                               .random = true};

}  // namespace walle::ops
