#include "libwalle/ops/rules/cosine_window.h"

namespace walle::ops {
namespace {

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  return rules::cosine_window(node, builder, {0.42, 0.5, 0.08});
}

}  // namespace

extern const OpDef kBlackmanWindow = {.name = "BlackmanWindow",
                                      .formula = "y[n] = 0.42-0.5·cos(2πn/N)+0.08·cos(4πn/N)",
                                      .op_class = OpClass::composite,
                                      .operands = {1, 1},
                                      .results = {1, 1},
                                      .attributes = rules::kCosineWindowAttributes,
                                      .infer = rules::infer_cosine_window,
                                      .decompose = decompose};

}  // namespace walle::ops
