#include <limits>

#include "libwalle/ops/rules/formula.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

using rules::Formula;
using rules::Term;

Result<Ints> bins_of(const NodeView& node) {
  const Ints bins = WALLE_TRY(node.attribute_ints("pooled_shape", {}));
  constexpr int64_t kMost = 1 << 12;
  if (bins.size() != 2 || bins[0] < 1 || bins[1] < 1 || bins[0] > kMost || bins[1] > kMost)
    return node.fail(ErrorCode::invalid_argument, "pooled_shape needs two positive sizes");
  return bins;
}

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  const Ints bins = WALLE_TRY(bins_of(node));
  if (!rules::has_shapes(node)) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  const Shape& x = *node.value(0).shape;
  const Shape& rois = *node.value(1).shape;
  if (x.size() != 4 || rois.size() != 2 || !rules::may_equal(rois[1], Dim(5))) return rules::mismatch(node, 0, 1);
  context.set(0, dtype, {rois[0], x[1], Dim(bins[0]), Dim(bins[1])});
  return {};
}

/// Which elements of an axis belong to which bin of a region from `from` to `to` ([R, 1], rounded): [R, bins, size].
Term members(Formula& f, Term from, Term to, int64_t bins, int64_t size) {
  const Term bin = f.op("Max", {to - from + 1.0, f.number(from.dtype(), 1)}) / static_cast<double>(bins);
  const Term index = f.positions(bins, 2, 1, from.dtype());
  const auto last = static_cast<double>(size);
  const int64_t regions = from.dims().empty() ? 0 : from.dims()[0];
  const Term begin = rules::clamp((index * bin).apply("Floor") + from, 0, last).reshape({regions, bins, 1});
  const Term end = rules::clamp(((index + 1.0) * bin).apply("Ceil") + from, 0, last).reshape({regions, bins, 1});
  const Term at = f.positions(size, 3, 2, from.dtype());
  return f.op("And", {compare("GreaterOrEqual", at, begin), compare("Less", at, end)});
}

/// The largest member along each axis in turn; a bin without members is 0.
Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const Ints x = WALLE_TRY(node.dims(0));
  const Ints bins = WALLE_TRY(bins_of(node));
  const int64_t regions = WALLE_TRY(node.dims(1))[0];
  const auto scale = static_cast<double>(WALLE_TRY(node.attribute_float("spatial_scale", 1)));
  Formula f(builder);
  const Term rois = f.of(node.operand(1));
  const Term image = rois.slice(1, 0, 1).reshape({regions}).cast(DType::i64);
  const auto edge = [&](int64_t i) { return (rois.slice(1, i, i + 1) * scale + 0.5).apply("Floor"); };
  const Term columns = members(f, edge(1), edge(3), bins[1], x[3]).reshape({regions, 1, 1, bins[1], x[3]});
  const Term rows = members(f, edge(2), edge(4), bins[0], x[2]).reshape({regions, 1, bins[0], x[2], 1});
  const Term images = f.op("Gather", {f.of(node.operand(0)), image}, {{"axis", int64_t{0}}});
  const Term none = f.number(images.dtype(), -std::numeric_limits<double>::infinity());
  const Term wide = where(columns, images.reshape({regions, x[1], x[2], 1, x[3]}), none);
  const Term across = wide.reduce("ReduceMax", {4}).reshape({regions, x[1], 1, x[2], bins[1]});
  const Term down = where(rows, across, none).reduce("ReduceMax", {3});
  const Term y = down.reshape({regions, x[1], bins[0], bins[1]});
  return f.results({where(f.op("Equal", {y, none}), f.number(y.dtype(), 0), y)});
}

}  // namespace

extern const OpDef kMaxRoiPool = {.name = "MaxRoiPool",
                                  .formula = "y[r,c,p] = largest x[batch[r],c,…] in bin p of region r",
                                  .op_class = OpClass::composite,
                                  .operands = {2, 2},
                                  .results = {1, 1},
                                  .attributes = "pooled_shape:ints, spatial_scale:float=1",
                                  .infer = infer,
                                  .decompose = decompose};

}  // namespace walle::ops
