#include <algorithm>

#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  WALLE_TRY(node.dtype(0));
  if (!node.value(0).shape) {
    context.set_unknown_shape(0, DType::i64);
    return {};
  }
  const Shape& shape = *node.value(0).shape;
  const auto dims = graph::concrete(shape);
  const bool none = dims && rules::count(*dims) == 0;
  // A scalar counts as a vector of one element.
  const auto rank = static_cast<int64_t>(std::max<size_t>(shape.size(), 1));
  context.set(0, DType::i64, {Dim(rank), none ? Dim(0) : context.fresh("found")});
  return {};
}

/// Flat positions of the non-zero elements of x: each goes to the place that the running count names; the rest of the
/// fixed-size result is cut off.
Result<ValueId> positions(GraphBuilder& builder, ValueId x, int64_t count) {
  const ValueId mask =
      WALLE_TRY(rules::reshape(builder, WALLE_TRY(rules::cast(builder, x, DType::boolean)), Ints{count}));
  const ValueId ones = WALLE_TRY(rules::cast(builder, mask, DType::i64));
  const ValueId running = WALLE_TRY(builder.one("CumSum", {ones, builder.scalar(DType::i64, 0)}));
  const ValueId place = WALLE_TRY(rules::with_scalar(builder, "Sub", running, 1));
  const ValueId target = WALLE_TRY(builder.one(
      "Where", {mask, place, builder.scalar(DType::i64, static_cast<double>(count))}));  // outside: left out
  const ValueId all = WALLE_TRY(rules::positions(builder, count, 1, 0));
  const ValueId packed = WALLE_TRY(builder.one("ScatterElements", {all, target, all}));
  const ValueId found = WALLE_TRY(rules::slice(builder, running, 0, count - 1, count));
  const Ints zero = {0};
  return builder.one("Slice", {packed, builder.ints(zero), found, builder.ints(zero)});
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  Ints dims = WALLE_TRY(node.dims(0));
  if (dims.empty()) dims = {1};
  const ValueId flat = WALLE_TRY(positions(builder, node.operand(0), rules::count(dims)));
  const Ints strides = rules::strides(dims);
  std::vector<ValueId> rows;
  for (size_t k = 0; k < dims.size(); ++k) {
    ValueId row = flat;
    if (strides[k] != 1) row = WALLE_TRY(rules::with_scalar(builder, "Div", row, static_cast<double>(strides[k])));
    if (k > 0) row = WALLE_TRY(rules::with_scalar(builder, "Mod", row, static_cast<double>(dims[k])));
    const Ints front = {0};
    rows.push_back(WALLE_TRY(builder.one("Unsqueeze", {row, builder.ints(front)})));
  }
  return rules::replaced(rows.size() == 1 ? Result<ValueId>(rows[0]) : rules::concat(builder, rows, 0));
}

}  // namespace

extern const OpDef kNonZero = {.name = "NonZero",
                               .formula = "y[:, n] = the index of the n-th element of x that is not 0",
                               .op_class = OpClass::composite,
                               .operands = {1, 1},
                               .results = {1, 1},
                               .infer = infer,
                               .decompose = decompose};

}  // namespace walle::ops
