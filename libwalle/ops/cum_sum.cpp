#include "libwalle/ops/rules/cumulative.h"

namespace walle::ops {
namespace {

Result<CoreForm> atomic(const NodeView& node) { return rules::cumulative_form(node, false); }

}  // namespace

extern const OpDef kCumSum = {.name = "CumSum",
                              .formula = "y[i] = Σ of x[0] to x[i] along the axis (exclusive: to x[i-1])",
                              .op_class = OpClass::atomic,
                              .operands = {1, 2},
                              .results = {1, 1},
                              .attributes = rules::kCumulativeAttributes,
                              .infer = rules::infer_cumulative,
                              .decompose = rules::decompose_cumulative,
                              .atomic = atomic};

}  // namespace walle::ops
