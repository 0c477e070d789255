#include <algorithm>
#include <cstdlib>

#include "libwalle/autodiff/rules/table.h"
#include "libwalle/raster/region.h"

namespace walle::autodiff {
namespace {

using graph::ValueId;

/// True if no two steps of the region read the same element of the source.
bool injective(const Region& region) {
  std::vector<Axis> axes;
  for (const Axis& axis : region.axes) {
    if (axis.size > 1) axes.push_back(axis);
  }
  std::sort(axes.begin(), axes.end(),
            [](const Axis& a, const Axis& b) { return std::abs(a.src_stride) < std::abs(b.src_stride); });
  int64_t reach = 0;
  for (const Axis& axis : axes) {
    if (std::abs(axis.src_stride) <= reach) return false;
    reach += (axis.size - 1) * std::abs(axis.src_stride);
  }
  return true;
}

/// Source and destination exchanged.
Region transposed(const Region& region) {
  Region back{.source = 0, .src_offset = region.dst_offset, .dst_offset = region.src_offset, .combine = Combine::add};
  for (const Axis& axis : region.axes) back.axes.push_back({axis.size, axis.dst_stride, axis.src_stride});
  return back;
}

/// The position in the source that each step of an indexed region reads, as an i64 value with the region's box as dims;
/// -1 where the index is outside (a scatter leaves these out).
Result<Expression> addresses(Reverse& r, const Region& region, const std::vector<int64_t>& box) {
  const IndexedAxis& indexed = *region.indexed;
  Formula& f = r.formula();
  const auto operand = static_cast<size_t>(indexed.operand);
  std::vector<int64_t> along(box.size(), 1);
  std::vector<int64_t> index_strides(box.size(), 0);
  along[indexed.axis] = box[indexed.axis];
  index_strides[indexed.axis] = indexed.index_stride;
  const ValueId taken =
      WALLE_TRY(add_view(r.builder(), r.node().operands[operand], along, index_strides, indexed.index_offset));
  const Expression index = f.of(add_family(r.builder(), CastAttributes{}, {taken}, {DType::i64, along}));
  const auto bound = static_cast<double>(indexed.bound);
  const Expression counted = where(less(index, 0), index + bound, index);
  const Expression inside = both(greater(counted, -1), less(counted, bound));
  Expression at =
      static_cast<double>(region.axes[indexed.axis].src_stride) * counted + static_cast<double>(region.src_offset);
  for (size_t d = 0; d < box.size(); ++d) {
    if (d == indexed.axis) continue;
    std::vector<int64_t> steps(static_cast<size_t>(box[d]));
    for (size_t i = 0; i < steps.size(); ++i) steps[i] = static_cast<int64_t>(i) * region.axes[d].src_stride;
    std::vector<int64_t> dims(box.size(), 1);
    dims[d] = box[d];
    at = at + reshape(f.of(r.builder().ints(steps)), dims);
  }
  const double outside = -1e15;  // no position, however it is counted
  return where(inside, at, at.number(outside));
}

/// The gradient of an indexed region: dy is added at the positions that the forward region read.
Result<ValueId> scatter_back(Reverse& r, const Region& region, int64_t elements) {
  std::vector<int64_t> box;
  std::vector<int64_t> strides;
  int64_t count = 1;
  for (const Axis& axis : region.axes) {
    box.push_back(axis.size);
    strides.push_back(axis.dst_stride);
    count *= axis.size;
  }
  const Expression at = reshape(WALLE_TRY(addresses(r, region, box)), {count});
  const ValueId positions = WALLE_TRY(r.formula().result(at));
  ValueId updates = WALLE_TRY(add_view(r.builder(), r.gradient().id(), box, strides, region.dst_offset));
  updates = WALLE_TRY(r.formula().result(reshape(r.formula().of(updates), {count})));
  const DType dtype = *r.builder().value(updates).dtype;
  const ScatterAttributes scatter{.elements = true, .reduction = ScatterReduction::add};
  const ValueId zeros = WALLE_TRY(r.filled({elements}, 0, dtype));
  const ValueId back = add_family(r.builder(), scatter, {zeros, positions, updates}, {dtype, {elements}});
  return back;
}

Status check(Reverse& r) {
  int64_t written = 0;
  int64_t elements = 1;
  for (const int64_t d : r.result_dims()) elements *= d;
  for (const Region& region : r.node().core->regions) {
    if (region.combine == Combine::max) return r.refuse("a raster that takes the largest has no gradient");
    if (region.combine == Combine::copy) written += raster::count(region);
  }
  if (written > elements) return r.refuse("a raster whose regions overwrite one another has no gradient");
  return {};
}

Result<ValueId> reverse_of(Reverse& r, size_t operand) {
  const std::vector<int64_t> dims = r.dims(operand);
  int64_t elements = 1;
  for (const int64_t d : dims) elements *= d;
  std::vector<Region> regions;
  std::vector<ValueId> parts;
  for (const Region& region : r.node().core->regions) {
    if (region.source != static_cast<int>(operand)) continue;
    if (!region.indexed) {
      regions.push_back(transposed(region));
      continue;
    }
    const ValueId part = WALLE_TRY(scatter_back(r, region, elements));
    parts.push_back(WALLE_TRY(r.formula().result(reshape(r.formula().of(part), dims))));
  }
  // A transposition of a plain view is a view again, which is an alias or absorbed; the sum of many is materialised.
  const bool plain = regions.size() == 1 && parts.empty() && [&] {
    Region forward = regions[0];
    for (Axis& axis : forward.axes) std::swap(axis.src_stride, axis.dst_stride);
    return injective(forward);
  }();
  if (plain) regions[0].combine = Combine::copy;
  if (!regions.empty())
    parts.push_back(WALLE_TRY(add_raster(r.builder(), {r.gradient().id()}, {r.dtype(operand), dims}, regions)));
  if (parts.empty()) return graph::kNoValue;
  Expression sum = r.formula().of(parts[0]);
  for (size_t i = 1; i < parts.size(); ++i) sum = sum + r.formula().of(parts[i]);
  return r.formula().result(sum);
}

// y[dst] = x[src] for each step of each region:  dx[src] += dy[dst]
Result<std::vector<ValueId>> reverse(Reverse& r) {
  WALLE_TRY(check(r));
  auto gradients = r.none();
  for (size_t i = 0; i < r.operand_count(); ++i) {
    if (r.wants(i)) gradients[i] = WALLE_TRY(reverse_of(r, i));
  }
  return gradients;
}

}  // namespace

extern const RuleDef kRaster;
const RuleDef kRaster = {.family = Family::raster, .reverse = reverse};

}  // namespace walle::autodiff
