#include "libwalle/ops/rules/softmax.h"

namespace walle::ops {
namespace {

Result<CoreForm> atomic(const NodeView& node) { return rules::softmax_form(node, true); }

}  // namespace

extern const OpDef kLogSoftmax = {.name = "LogSoftmax",
                                  .formula = "y = x - ln(Σ e^x) along the axis",
                                  .op_class = OpClass::atomic,
                                  .operands = {1, 1},
                                  .results = {1, 1},
                                  .attributes = rules::kSoftmaxAttributes,
                                  .upgrade = rules::upgrade_softmax,
                                  .infer = rules::infer_softmax,
                                  .decompose = rules::decompose_softmax,
                                  .atomic = atomic};

}  // namespace walle::ops
