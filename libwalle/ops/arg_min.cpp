#include "libwalle/ops/rules/arg_reduction.h"

namespace walle::ops {
namespace {

Result<CoreForm> atomic(const NodeView& node) { return rules::arg_reduction_form(node, true); }

}  // namespace

extern const OpDef kArgMin = {.name = "ArgMin",
                              .formula = "y = position of the smallest x along the axis",
                              .op_class = OpClass::atomic,
                              .operands = {1, 1},
                              .results = {1, 1},
                              .attributes = rules::kArgReductionAttributes,
                              .infer = rules::infer_arg_reduction,
                              .decompose = rules::decompose_arg_reduction,
                              .atomic = atomic};

}  // namespace walle::ops
