#include "libwalle/ops/rules/random.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(rules::dtype_attribute(node, DType::i32));
  const int64_t samples = WALLE_TRY(node.attribute_int("sample_size", 1));
  if (samples < 0) return node.fail(ErrorCode::invalid_argument, "sample_size is negative");
  const auto& shape = node.value(0).shape;
  if (shape && shape->size() != 2) return node.fail(ErrorCode::invalid_argument, "needs [batch, classes]");
  context.set(0, dtype, {shape ? (*shape)[0] : context.fresh("batch"), Dim(samples)});
  return {};
}

/// The largest of log p + Gumbel noise is class c with probability p_c.
Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const Ints x = WALLE_TRY(node.dims(0));
  const Ints y = WALLE_TRY(node.result_dims(0));
  const DType drawn = rules::drawing_dtype(WALLE_TRY(node.dtype(0)));
  rules::Formula f(builder);
  const rules::Term u = WALLE_TRY(rules::uniform(f, node, Ints{y[0], y[1], x[1]}, drawn));
  const rules::Term noise = (1.0 - u).apply("Log").apply("Neg").apply("Log").apply("Neg");
  const rules::Term scores = f.of(node.operand(0)).cast(drawn).reshape({x[0], 1, x[1]}) + noise;
  const rules::Term best = scores.apply("ArgMax", {{"axis", int64_t{2}}, {"keepdims", int64_t{0}}});
  return f.results({best.cast(WALLE_TRY(rules::dtype_attribute(node, DType::i32)))});
}

}  // namespace

extern const OpDef kMultinomial = {.name = "Multinomial",
                                   .formula = "y[b,s] = class c with probability proportional to e^x[b,c]",
                                   .op_class = OpClass::composite,
                                   .operands = {1, 1},
                                   .results = {1, 1},
                                   .attributes = "dtype:int=6, sample_size:int=1, seed:float?",
                                   .infer = infer,
                                   .decompose = decompose,
                                   .random = true};

}  // namespace walle::ops
