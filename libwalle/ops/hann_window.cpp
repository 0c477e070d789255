#include "libwalle/ops/rules/cosine_window.h"

namespace walle::ops {
namespace {

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  return rules::cosine_window(node, builder, {0.5, 0.5, 0});
}

}  // namespace

extern const OpDef kHannWindow = {.name = "HannWindow",
                                  .formula = "y[n] = 1/2-1/2·cos(2πn/N)",
                                  .op_class = OpClass::composite,
                                  .operands = {1, 1},
                                  .results = {1, 1},
                                  .attributes = rules::kCosineWindowAttributes,
                                  .infer = rules::infer_cosine_window,
                                  .decompose = decompose};

}  // namespace walle::ops
