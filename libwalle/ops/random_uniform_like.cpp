#include "libwalle/ops/rules/random.h"

namespace walle::ops {
namespace {

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const auto low = static_cast<double>(WALLE_TRY(node.attribute_float("low", 0)));
  const auto high = static_cast<double>(WALLE_TRY(node.attribute_float("high", 1)));
  const DType dtype = WALLE_TRY(rules::dtype_attribute(node, WALLE_TRY(node.dtype(0))));
  rules::Formula f(builder);
  const rules::Term u = WALLE_TRY(rules::uniform(f, node, WALLE_TRY(node.result_dims(0)), rules::drawing_dtype(dtype)));
  return f.results({(u * (high - low) + low).cast(dtype)});
}

}  // namespace

extern const OpDef kRandomUniformLike = {
    .name = "RandomUniformLike",
    .formula = "y = random numbers, equally likely in [low, high), as many as x has",
    .op_class = OpClass::composite,
    .operands = {1, 1},
    .results = {1, 1},
    .attributes = "dtype:int?, high:float=1, low:float=0, seed:float?",
    .infer = rules::infer_random_like,
    .decompose = decompose,
    .random = true};

}  // namespace walle::ops
