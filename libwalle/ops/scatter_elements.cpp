#include "libwalle/ops/rules/scatter.h"

namespace walle::ops {
namespace {

Result<CoreForm> atomic(const NodeView& node) { return rules::scatter_form(node, true); }

}  // namespace

extern const OpDef kScatterElements = {.name = "ScatterElements",
                                       .formula = "y = x; y[indices[i,j,…],j,…] = updates[i,j,…] along the axis",
                                       .op_class = OpClass::atomic,
                                       .operands = {3, 3},
                                       .results = {1, 1},
                                       .attributes = "axis:int=0, reduction:string(none|add|mul|max|min)=none",
                                       .infer = rules::infer_scatter,
                                       .atomic = atomic};

}  // namespace walle::ops
