#include "libwalle/ops/rules/scan.h"

namespace walle::ops {
namespace {

Result<CoreForm> atomic(const NodeView& node) { return rules::scan_form(node, true); }

}  // namespace

extern const OpDef kCumProd = {.name = "CumProd",
                               .formula = "y[i] = Π of x[0] to x[i] along the axis (exclusive: to x[i-1])",
                               .op_class = OpClass::atomic,
                               .operands = {1, 2},
                               .results = {1, 1},
                               .attributes = rules::kScanAttributes,
                               .infer = rules::infer_scan,
                               .decompose = rules::decompose_scan,
                               .atomic = atomic};

}  // namespace walle::ops
