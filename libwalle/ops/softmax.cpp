#include "libwalle/ops/rules/softmax.h"

namespace walle::ops {
namespace {

Result<CoreForm> atomic(const NodeView& node) { return rules::softmax_form(node, false); }

}  // namespace

extern const OpDef kSoftmax = {.name = "Softmax",
                               .formula = "y = e^x / Σ e^x along the axis",
                               .op_class = OpClass::atomic,
                               .operands = {1, 1},
                               .results = {1, 1},
                               .attributes = rules::kSoftmaxAttributes,
                               .upgrade = rules::upgrade_softmax,
                               .infer = rules::infer_softmax,
                               .decompose = rules::decompose_softmax,
                               .atomic = atomic};

}  // namespace walle::ops
