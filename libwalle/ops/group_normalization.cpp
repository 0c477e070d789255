#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

/// Scale and bias per group (opset 18) or per channel (opset 21) as a factor of [N, C, spatial…].
Result<ValueId> per_channel(GraphBuilder& builder, ValueId vector, const Ints& dims, int64_t groups) {
  const Ints size = WALLE_TRY(builder.dims(vector));
  ValueId values = vector;
  if (size.size() == 1 && size[0] == groups && groups != dims[1]) {
    const ValueId column = WALLE_TRY(rules::reshape(builder, vector, Ints{groups, 1}));
    const ValueId wide = WALLE_TRY(rules::expand(builder, column, Ints{groups, dims[1] / groups}));
    values = WALLE_TRY(rules::reshape(builder, wide, Ints{dims[1]}));
  }
  return rules::per_axis(builder, values, dims.size(), 1);
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const Ints dims = WALLE_TRY(node.dims(0));
  const int64_t groups = WALLE_TRY(node.attribute_int("num_groups", 0));
  if (dims.size() < 2 || groups < 1 || dims[1] % groups != 0)
    return node.fail(ErrorCode::invalid_argument, "the channels are no multiple of num_groups");
  const auto epsilon = WALLE_TRY(node.attribute_float("epsilon", 1e-5F));
  const int64_t rest = rules::count(std::span(dims).subspan(1)) / groups;
  const ValueId grouped = WALLE_TRY(rules::reshape(builder, node.operand(0), Ints{dims[0], groups, rest}));
  const ValueId one = builder.scalar(WALLE_TRY(node.dtype(0)), 1);
  const ValueId unit = WALLE_TRY(rules::reshape(builder, one, Ints{1}));
  const ValueId normal =
      WALLE_TRY(builder.one("LayerNormalization", {grouped, unit}, {{"axis", int64_t{2}}, {"epsilon", epsilon}}));
  const ValueId back = WALLE_TRY(rules::reshape(builder, normal, dims));
  const ValueId scale = WALLE_TRY(per_channel(builder, node.operand(1), dims, groups));
  const ValueId bias = WALLE_TRY(per_channel(builder, node.operand(2), dims, groups));
  const ValueId scaled = WALLE_TRY(builder.one("Mul", {back, scale}));
  return rules::replaced(builder.one("Add", {scaled, bias}));
}

}  // namespace

extern const OpDef kGroupNormalization = {
    .name = "GroupNormalization",
    .formula = "y = (x - mean) / √(var + epsilon) * scale + bias, per image and group of channels",
    .op_class = OpClass::composite,
    .operands = {3, 3},
    .results = {1, 1},
    .attributes = "epsilon:float=1e-5, num_groups:int(1..), stash_type:int=1",
    .infer = rules::infer_same,
    .decompose = decompose};

}  // namespace walle::ops
