#include "libwalle/ops/rules/scatter.h"

namespace walle::ops {
namespace {

Result<CoreForm> atomic(const NodeView& node) { return rules::scatter_form(node, false); }

}  // namespace

extern const OpDef kScatterNd = {.name = "ScatterND",
                                 .formula = "y = x; y[indices[i…,:]] = updates[i…]",
                                 .op_class = OpClass::atomic,
                                 .operands = {3, 3},
                                 .results = {1, 1},
                                 .attributes = "reduction:string(none|add|mul|max|min)=none",
                                 .infer = rules::infer_scatter,
                                 .atomic = atomic};

}  // namespace walle::ops
