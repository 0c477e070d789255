#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/softmax.h"

namespace walle::ops {
namespace {

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  if (auto flat = WALLE_TRY(rules::decompose_softmax(node, builder))) return flat;
  const Ints dims = WALLE_TRY(node.dims(0));
  const int64_t given = WALLE_TRY(node.attribute_int("axis", -1));
  const int64_t axis = WALLE_TRY(node.axis(given, static_cast<int64_t>(dims.size())));
  const ValueId best = WALLE_TRY(builder.one("ArgMax", {node.operand(0)}, {{"axis", axis}, {"keepdims", int64_t{1}}}));
  const auto at = static_cast<size_t>(axis);
  const ValueId places = WALLE_TRY(rules::positions(builder, dims[at], dims.size(), at));
  const ValueId hit = WALLE_TRY(builder.one("Equal", {best, places}));
  return rules::replaced(rules::cast(builder, hit, WALLE_TRY(node.dtype(0))));
}

}  // namespace

extern const OpDef kHardmax = {.name = "Hardmax",
                               .formula = "y = 1 at the first maximum along the axis, else 0",
                               .op_class = OpClass::composite,
                               .operands = {1, 1},
                               .results = {1, 1},
                               .attributes = rules::kSoftmaxAttributes,
                               .upgrade = rules::upgrade_softmax,
                               .infer = rules::infer_softmax,
                               .decompose = decompose};

}  // namespace walle::ops
