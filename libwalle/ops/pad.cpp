#include <algorithm>
#include <cstdlib>
#include <limits>

#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/upgrade.h"

namespace walle::ops {
namespace {

constexpr size_t kMaxSegments = 256;

Status upgrade(Node& node, int opset, GraphBuilder& builder) {
  if (opset < 11) rules::attribute_to_operand(node, builder, "pads", 1);
  return {};
}

/// Elements added before and after each axis, [2][rank]; nullopt if they depend on data.
Result<std::optional<std::vector<Dim>>> pads_of(const NodeView& node, size_t rank) {
  const auto given = node.known(1);
  if (!given) return std::optional<std::vector<Dim>>();
  Ints axes;
  if (node.has(3)) {
    if (rules::depends_on_data(node, 3)) return std::optional<std::vector<Dim>>();
    for (const int64_t axis : WALLE_TRY(node.ints(3))) {
      axes.push_back(WALLE_TRY(node.axis(axis, static_cast<int64_t>(rank))));
    }
  } else {
    for (size_t i = 0; i < rank; ++i) axes.push_back(static_cast<int64_t>(i));
  }
  if (given->size() != 2 * axes.size())
    return node.fail(ErrorCode::invalid_argument, "pads needs two numbers for each axis");
  std::vector<Dim> result(2 * rank, Dim(0));
  for (size_t i = 0; i < axes.size(); ++i) {
    result[static_cast<size_t>(axes[i])] = (*given)[i];
    result[static_cast<size_t>(axes[i]) + rank] = (*given)[i + axes.size()];
  }
  return std::optional(std::move(result));
}

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (!node.value(0).shape) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  Shape result = *node.value(0).shape;
  const auto pads = WALLE_TRY(pads_of(node, result.size()));
  if (!pads) {
    rules::set_fresh(context, 0, dtype, result.size());
    return {};
  }
  for (size_t i = 0; i < result.size(); ++i) {
    result[i] = rules::plus(context, rules::plus(context, result[i], (*pads)[i]), (*pads)[i + result.size()]);
    if (result[i].known() && result[i].value() < 0)
      return node.fail(ErrorCode::invalid_argument, "axis " + std::to_string(i) + " becomes negative");
  }
  context.set(0, dtype, std::move(result));
  return {};
}

/// A stretch of an axis of the result: `size` elements that come from `begin`, `begin + step`, … (none: padding).
struct Segment {
  int64_t at = 0, size = 0, begin = 0, step = 1;
  bool padding = false;
};

/// The longest stretch from position `at` of the result (relative to the source) whose elements follow one another by a
/// constant step in the source.
Segment run_from(const std::string& mode, int64_t at, int64_t dim) {
  constexpr int64_t kEndless = std::numeric_limits<int64_t>::max();
  if (mode == "edge") {
    if (at < 0) return {.size = -at, .begin = 0, .step = 0};
    if (at < dim) return {.size = dim - at, .begin = at};
    return {.size = kEndless, .begin = dim - 1, .step = 0};
  }
  if (dim == 1) return {.size = kEndless, .begin = 0, .step = 0};
  const int64_t period = mode == "wrap" ? dim : 2 * (dim - 1);
  const int64_t inside = ((at % period) + period) % period;
  if (mode == "wrap" || inside < dim - 1) return {.size = dim - inside, .begin = inside};
  return {.size = period - inside + 1, .begin = period - inside, .step = -1};
}

/// Segments of one axis. Ends once there are too many.
std::vector<Segment> segments(const std::string& mode, int64_t dim, int64_t before, int64_t size) {
  if (mode == "constant" || dim == 0) {
    const int64_t begin = std::clamp<int64_t>(before, 0, size);
    const int64_t end = std::clamp<int64_t>(before + dim, begin, size);
    std::vector<Segment> result;
    if (begin > 0) result.push_back({.at = 0, .size = begin, .padding = true});
    if (end > begin) result.push_back({.at = begin, .size = end - begin, .begin = begin - before});
    if (size > end) result.push_back({.at = end, .size = size - end, .padding = true});
    return result;
  }
  std::vector<Segment> result;
  for (int64_t at = 0; at < size && result.size() <= kMaxSegments; at += result.back().size) {
    Segment run = run_from(mode, at - before, dim);
    run.at = at;
    run.size = std::min(run.size, size - at);
    result.push_back(run);
  }
  return result;
}

/// Regions of the cross product of all axes' segments. In constant mode what lies before an axis' padding is joined.
class Builder {
 public:
  Builder(Ints from, Ints to, Ints dims, std::vector<std::vector<Segment>> axes, Region padding)
      : from_(std::move(from)), to_(std::move(to)), dims_(std::move(dims)), axes_(std::move(axes)), padding_(padding) {}

  Status add(size_t axis, Region origin, std::vector<Axis> box) {
    if (axis == axes_.size()) return rules::add_box(regions, origin, box);
    for (const Segment& segment : axes_[axis]) {
      Region moved = origin;
      std::vector<Axis> longer = box;
      moved.dst_offset += segment.at * to_[axis];
      if (segment.padding) {
        WALLE_TRY(add_padding(axis, segment, moved, longer));
        continue;
      }
      moved.src_offset += segment.begin * from_[axis];
      longer.push_back({segment.size, segment.step * from_[axis], to_[axis]});
      WALLE_TRY(add(axis + 1, moved, longer));
    }
    return {};
  }

  std::vector<Region> regions;

 private:
  /// The whole slab behind a padded stretch is padding.
  Status add_padding(size_t axis, const Segment& segment, const Region& moved, std::vector<Axis> box) {
    Region region = padding_;
    region.dst_offset = moved.dst_offset;
    box.push_back({segment.size, 0, to_[axis]});
    for (size_t k = axis + 1; k < dims_.size(); ++k) box.push_back({dims_[k], 0, to_[k]});
    for (Axis& one : box) one.src_stride = 0;
    return rules::add_box(regions, region, box);
  }

  Ints from_, to_, dims_;
  std::vector<std::vector<Segment>> axes_;
  Region padding_;
};

/// What padding is filled with: the attribute of old opsets, operand 2, or 0.
Result<Region> padding_of(const NodeView& node) {
  if (node.has(2)) return Region{.source = 2};
  const double fill = static_cast<double>(WALLE_TRY(node.attribute_float("value", 0)));
  return Region{.source = Region::kFill, .fill = fill};
}

Result<std::vector<Region>> regions(const NodeView& node, size_t) {
  const Ints dims = WALLE_TRY(node.dims(0));
  const Ints result = WALLE_TRY(node.result_dims(0));
  const std::string mode = WALLE_TRY(node.attribute_string("mode", "constant"));
  if (mode != "constant" && mode != "reflect" && mode != "edge" && mode != "wrap")
    return node.fail(ErrorCode::unsupported, "mode '" + mode + "'; there are constant, reflect, edge and wrap");
  const auto pads = WALLE_TRY(pads_of(node, dims.size()));
  if (!pads) return node.fail(ErrorCode::unsupported, "the pads depend on data");
  std::vector<std::vector<Segment>> axes;
  for (size_t i = 0; i < dims.size(); ++i) {
    axes.push_back(segments(mode, dims[i], (*pads)[i].value(), result[i]));
    if (axes.back().size() > kMaxSegments)
      return node.fail(ErrorCode::unsupported, "the padding repeats the operand too often");
  }
  Builder builder(rules::strides(dims), rules::strides(result), result, std::move(axes), WALLE_TRY(padding_of(node)));
  WALLE_TRY(builder.add(0, {}, {}));
  return std::move(builder.regions);
}

}  // namespace

extern const OpDef kPad = {
    .name = "Pad",
    .formula = "y = x with `pads` more elements around it: a constant, its edge, mirrored or again",
    .op_class = OpClass::transform,
    .operands = {1, 4},
    .results = {1, 1},
    .attributes = "mode:string(constant|reflect|edge|wrap)=constant, value:float=0",
    .upgrade = upgrade,
    .infer = infer,
    .regions = regions};

}  // namespace walle::ops
