#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Result<CoreForm> atomic(const NodeView& node) {
  const auto rank = static_cast<int64_t>(WALLE_TRY(node.dims(0)).size());
  NormAttributes norm{.rms = true};
  norm.axis = static_cast<int32_t>(WALLE_TRY(rules::attribute_axis(node, -1, rank)));
  norm.epsilon = static_cast<double>(WALLE_TRY(node.attribute_float("epsilon", 1e-5F)));
  return CoreForm{.attributes = norm};
}

}  // namespace

extern const OpDef kRmsNormalization = {
    .name = "RMSNormalization",
    .formula = "y = x / √(mean(x²) + epsilon) * scale, over the axes from `axis` on",
    .op_class = OpClass::atomic,
    .operands = {2, 2},
    .results = {1, 1},
    .attributes = "axis:int=-1, epsilon:float=1e-5, stash_type:int=1",
    .infer = rules::infer_same,
    .atomic = atomic};

}  // namespace walle::ops
