#include <bit>

#include "libwalle/ops/rules/random.h"

namespace walle::ops {
namespace {

using rules::Term;

struct Bounds {
  double low = 0, high = 1;
};

Result<Bounds> bounds_of(const NodeView& node) {
  return Bounds{static_cast<double>(WALLE_TRY(node.attribute_float("low", 0))),
                static_cast<double>(WALLE_TRY(node.attribute_float("high", 1)))};
}

/// Canonical: f32 or f64 in [0, 1).
Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const auto [low, high] = WALLE_TRY(bounds_of(node));
  const DType dtype = WALLE_TRY(rules::dtype_attribute(node, DType::f32));
  const DType drawn = rules::drawing_dtype(dtype);
  if (low == 0 && high == 1 && dtype == drawn) return rules::canonical();
  rules::Formula f(builder);
  const Term u = WALLE_TRY(rules::uniform(f, node, WALLE_TRY(node.result_dims(0)), drawn));
  return f.results({(u * (high - low) + low).cast(dtype)});
}

Result<CoreForm> atomic(const NodeView& node) {
  const float seed = WALLE_TRY(node.attribute_float("seed", 0));
  return CoreForm{.attributes =
                      RandomAttributes{.seed = std::bit_cast<uint32_t>(seed), .each_run = !node.has_attribute("seed")}};
}

}  // namespace

extern const OpDef kRandomUniform = {.name = "RandomUniform",
                                     .formula = "y = random numbers, equally likely in [low, high)",
                                     .op_class = OpClass::atomic,
                                     .operands = {0, 0},
                                     .results = {1, 1},
                                     .attributes = "dtype:int=1, high:float=1, low:float=0, seed:float?, shape:ints",
                                     .infer = rules::infer_random,
                                     .decompose = decompose,
                                     .atomic = atomic,
                                     .random = true};

}  // namespace walle::ops
