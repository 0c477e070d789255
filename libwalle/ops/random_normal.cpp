#include "libwalle/ops/rules/random.h"

namespace walle::ops {
namespace {

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const auto mean = static_cast<double>(WALLE_TRY(node.attribute_float("mean", 0)));
  const auto scale = static_cast<double>(WALLE_TRY(node.attribute_float("scale", 1)));
  const DType dtype = WALLE_TRY(rules::dtype_attribute(node, DType::f32));
  rules::Formula f(builder);
  const rules::Term x = WALLE_TRY(rules::normal(f, node, WALLE_TRY(node.result_dims(0)), rules::drawing_dtype(dtype)));
  return f.results({(x * scale + mean).cast(dtype)});
}

}  // namespace

extern const OpDef kRandomNormal = {.name = "RandomNormal",
                                    .formula = "y = random numbers of a normal distribution",
                                    .op_class = OpClass::composite,
                                    .operands = {0, 0},
                                    .results = {1, 1},
                                    .attributes = "dtype:int=1, mean:float=0, scale:float=1, seed:float?, shape:ints",
                                    .infer = rules::infer_random,
                                    .decompose = decompose,
                                    .random = true};

}  // namespace walle::ops
