#include <algorithm>

#include "libwalle/ops/rules/scatter.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

/// updates are the indices' loops, then the axes that a tuple leaves.
Status infer(const NodeView& node, InferContext& context) {
  if (rules::has_shapes(node) && node.value(1).shape->size() > 0 && node.value(1).shape->back().known()) {
    const Shape& x = *node.value(0).shape;
    const Shape& indices = *node.value(1).shape;
    const Shape& updates = *node.value(2).shape;
    const int64_t depth = indices.back().value();
    if (depth > std::ssize(x)) return rules::mismatch(node, 0, 1);
    Shape wanted(indices.begin(), indices.end() - 1);
    wanted.insert(wanted.end(), x.begin() + depth, x.end());
    if (!std::equal(wanted.begin(), wanted.end(), updates.begin(), updates.end(), rules::may_equal))
      return rules::mismatch(node, 1, 2);
  }
  return rules::infer_scatter(node, context);
}

Result<CoreForm> atomic(const NodeView& node) { return rules::scatter_form(node, false); }

}  // namespace

extern const OpDef kScatterNd = {.name = "ScatterND",
                                 .formula = "y = x; y[indices[i…,:]] = updates[i…]",
                                 .op_class = OpClass::atomic,
                                 .operands = {3, 3},
                                 .results = {1, 1},
                                 .attributes = "reduction:string(none|add|mul|max|min)=none",
                                 .infer = infer,
                                 .atomic = atomic};

}  // namespace walle::ops
