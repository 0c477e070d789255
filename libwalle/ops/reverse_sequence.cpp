#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

/// y = x with position t < length read from length - 1 - t: a gather whose indices are computed.
Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const Ints dims = WALLE_TRY(node.dims(0));
  const auto rank = static_cast<int64_t>(dims.size());
  const int64_t given_time = WALLE_TRY(node.attribute_int("time_axis", 0));
  const int64_t given_batch = WALLE_TRY(node.attribute_int("batch_axis", 1));
  const auto time = static_cast<size_t>(WALLE_TRY(node.axis(given_time, rank)));
  const auto batch = static_cast<size_t>(WALLE_TRY(node.axis(given_batch, rank)));
  Ints column(dims.size(), 1);
  column[batch] = dims[batch];
  const ValueId lengths = WALLE_TRY(rules::reshape(builder, node.operand(1), column));
  const ValueId t = WALLE_TRY(rules::positions(builder, dims[time], dims.size(), time));
  const ValueId last = WALLE_TRY(rules::with_scalar(builder, "Sub", lengths, 1));
  const ValueId mirrored = WALLE_TRY(builder.one("Sub", {last, t}));
  const ValueId inside = WALLE_TRY(builder.one("Less", {t, lengths}));
  const ValueId from = WALLE_TRY(builder.one("Where", {inside, mirrored, t}));
  const ValueId indices = WALLE_TRY(rules::expand(builder, from, dims));
  return rules::replaced(
      builder.one("GatherElements", {node.operand(0), indices}, {{"axis", static_cast<int64_t>(time)}}));
}

}  // namespace

extern const OpDef kReverseSequence = {.name = "ReverseSequence",
                                       .formula = "y[t,b] = x[length[b] - 1 - t, b] where t < length[b], else x[t,b]",
                                       .op_class = OpClass::composite,
                                       .operands = {2, 2},
                                       .results = {1, 1},
                                       .attributes = "batch_axis:int=1, time_axis:int=0",
                                       .infer = rules::infer_same,
                                       .decompose = decompose};

}  // namespace walle::ops
