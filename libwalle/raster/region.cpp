#include "libwalle/raster/region.h"

#include <algorithm>
#include <limits>
#include <string>

namespace walle::raster {
namespace {

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

/// Turns an axis round so that its destination stride is not negative (then the source stride of a still axis).
void flip_negative(Region& region, size_t indexed) {
  for (size_t k = 0; k < region.axes.size(); ++k) {
    Axis& axis = region.axes[k];
    if (k == indexed || axis.dst_stride > 0 || (axis.dst_stride == 0 && axis.src_stride >= 0)) continue;
    region.dst_offset += (axis.size - 1) * axis.dst_stride;
    region.src_offset += (axis.size - 1) * axis.src_stride;
    axis.dst_stride = -axis.dst_stride;
    axis.src_stride = -axis.src_stride;
  }
}

void fuse_neighbours(Region& region) {
  for (size_t k = region.axes.size(); k-- > 1;) {
    if (region.indexed && (k == region.indexed->axis || k - 1 == region.indexed->axis)) continue;
    const Axis inner = region.axes[k];
    Axis& outer = region.axes[k - 1];
    if (outer.dst_stride != inner.dst_stride * inner.size || outer.src_stride != inner.src_stride * inner.size)
      continue;
    outer = {outer.size * inner.size, inner.src_stride, inner.dst_stride};
    region.axes.erase(k);
    if (region.indexed && region.indexed->axis > k) --region.indexed->axis;
  }
}

/// Adds size*stride extremes to a range; false on overflow.
bool extend(int64_t size, int64_t stride, int64_t& low, int64_t& high) {
  int64_t reach = 0;
  if (__builtin_mul_overflow(size - 1, stride, &reach)) return false;
  return !__builtin_add_overflow(reach < 0 ? low : high, reach, reach < 0 ? &low : &high);
}

Status outside(size_t index, const char* what, int64_t low, int64_t high, int64_t elements) {
  return fail(ErrorCode::invalid_argument, "region " + std::to_string(index) + ": " + what + " [" +
                                               std::to_string(low) + ", " + std::to_string(high) +
                                               "] lies outside [0, " + std::to_string(elements) + ")");
}

Status verify_one(const Region& region, size_t index, std::span<const int64_t> source_counts, int64_t dst_count) {
  const auto broken = [&](const char* what) {
    return fail(ErrorCode::invalid_argument, "region " + std::to_string(index) + ": " + what);
  };
  int64_t src_low = region.src_offset;
  int64_t src_high = src_low;
  int64_t dst_low = region.dst_offset;
  int64_t dst_high = dst_low;
  for (const Axis& axis : region.axes) {
    if (axis.size < 0) return broken("negative size");
    if (axis.size == 0) return {};
  }
  if (count(region) == kMost) return broken("too many elements");
  for (size_t k = 0; k < region.axes.size(); ++k) {
    const Axis& axis = region.axes[k];
    if (region.combine == Combine::copy && axis.dst_stride == 0 && axis.size > 1)
      return broken("writes an element twice");
    const bool is_index = region.indexed && region.indexed->axis == k;
    const int64_t steps = is_index ? std::max<int64_t>(region.indexed->bound, 1) : axis.size;
    if (!extend(axis.size, axis.dst_stride, dst_low, dst_high) || !extend(steps, axis.src_stride, src_low, src_high))
      return broken("offsets overflow");
  }
  if (dst_low < 0 || dst_high >= dst_count) return outside(index, "destination", dst_low, dst_high, dst_count);
  if (region.source == Region::kFill) return {};
  if (region.source < 0 || static_cast<size_t>(region.source) >= source_counts.size())
    return broken("reads an operand that does not exist");
  const int64_t elements = source_counts[static_cast<size_t>(region.source)];
  if (src_low < 0 || src_high >= elements) return outside(index, "source", src_low, src_high, elements);
  if (!region.indexed) return {};
  const IndexedAxis& indexed = *region.indexed;
  if (indexed.axis >= region.axes.size() || indexed.operand < 0 ||
      static_cast<size_t>(indexed.operand) >= source_counts.size())
    return broken("has an index axis or operand that does not exist");
  int64_t low = indexed.index_offset;
  int64_t high = low;
  const int64_t indices = source_counts[static_cast<size_t>(indexed.operand)];
  if (!extend(region.axes[indexed.axis].size, indexed.index_stride, low, high)) return broken("offsets overflow");
  if (low < 0 || high >= indices) return outside(index, "index", low, high, indices);
  return {};
}

/// b continues a along a new or the outermost axis: joins them into a.
bool join(Region& a, const Region& b) {
  if (a.source != b.source || a.combine != b.combine || a.indexed || b.indexed || a.fill != b.fill) return false;
  const auto same_inner = [&](size_t from_a, size_t from_b) {
    return std::equal(a.axes.begin() + from_a, a.axes.end(), b.axes.begin() + from_b, b.axes.end());
  };
  const int64_t dst_step = b.dst_offset - a.dst_offset;
  const int64_t src_step = b.src_offset - a.src_offset;
  if (a.axes.empty() || b.axes.size() != a.axes.size() || !same_inner(1, 1)) return false;
  Axis& outer = a.axes[0];
  if (outer.dst_stride != b.axes[0].dst_stride || outer.src_stride != b.axes[0].src_stride) return false;
  if (dst_step != outer.size * outer.dst_stride || src_step != outer.size * outer.src_stride) return false;
  outer.size += b.axes[0].size;
  return true;
}

}  // namespace

int64_t count(const Region& region) {
  int64_t elements = 1;
  for (const Axis& axis : region.axes) {
    if (axis.size <= 0) return 0;
  }
  for (const Axis& axis : region.axes) {
    if (__builtin_mul_overflow(elements, axis.size, &elements)) return kMost;
  }
  return elements;
}

Region canonical(Region region) {
  const size_t none = Region::kMaxAxes;
  for (size_t k = region.axes.size(); k-- > 0;) {
    const bool is_index = region.indexed && region.indexed->axis == k;
    if (region.axes[k].size != 1 || is_index) continue;
    region.axes.erase(k);
    if (region.indexed && region.indexed->axis > k) --region.indexed->axis;
  }
  if (region.source == Region::kFill) {
    region.src_offset = 0;
    for (Axis& axis : region.axes) axis.src_stride = 0;
  } else {
    region.fill = 0;
  }
  flip_negative(region, region.indexed ? region.indexed->axis : none);
  struct Ordered {
    Axis axis;
    bool indexed;
  };
  InlineVector<Ordered, Region::kMaxAxes> order;
  for (size_t k = 0; k < region.axes.size(); ++k)
    order.push_back({region.axes[k], region.indexed && region.indexed->axis == k});
  std::stable_sort(order.begin(), order.end(), [](const Ordered& a, const Ordered& b) {
    if (a.axis.dst_stride != b.axis.dst_stride) return a.axis.dst_stride > b.axis.dst_stride;
    return a.axis.src_stride > b.axis.src_stride;
  });
  for (size_t k = 0; k < order.size(); ++k) {
    region.axes[k] = order[k].axis;
    if (order[k].indexed) region.indexed->axis = k;
  }
  fuse_neighbours(region);
  return region;
}

void canonicalise(Regions& regions) {
  std::erase_if(regions, [](const Region& r) { return count(r) == 0; });
  for (Region& region : regions) region = canonical(region);
  std::stable_sort(regions.begin(), regions.end(),
                   [](const Region& a, const Region& b) { return a.dst_offset < b.dst_offset; });
  Regions joined;
  for (const Region& region : regions) {
    if (joined.empty() || !join(joined.back(), region)) {
      joined.push_back(region);
    } else {
      joined.back() = canonical(joined.back());
    }
  }
  regions = std::move(joined);
}

Status verify(std::span<const Region> regions, std::span<const int64_t> source_counts, int64_t dst_count) {
  for (size_t i = 0; i < regions.size(); ++i) WALLE_TRY(verify_one(regions[i], i, source_counts, dst_count));
  return {};
}

std::optional<int> identity(std::span<const Region> regions, int64_t elements) {
  if (regions.size() != 1) return std::nullopt;
  const Region& region = regions[0];
  if (region.source == Region::kFill || region.indexed || region.combine != Combine::copy) return std::nullopt;
  if (region.src_offset != 0 || region.dst_offset != 0 || count(region) != elements) return std::nullopt;
  if (region.axes.empty()) return region.source;
  if (region.axes.size() != 1 || region.axes[0].src_stride != 1 || region.axes[0].dst_stride != 1) return std::nullopt;
  return region.source;
}

std::optional<View> as_view(std::span<const Region> regions, std::span<const int64_t> dims) {
  if (regions.size() != 1 || dims.size() > kMaxRank) return std::nullopt;
  const Region& region = regions[0];
  if (region.source == Region::kFill || region.indexed || region.combine != Combine::copy) return std::nullopt;
  int64_t elements = 1;
  for (const int64_t d : dims) elements *= d;
  if (region.dst_offset != 0 || count(region) != elements) return std::nullopt;
  View view{.source = region.source, .offset = region.src_offset, .dims = Extents(dims), .strides = {}};
  view.strides.resize(dims.size(), 0);
  // Walk the result's dims from the innermost; each has to lie inside one axis of the region.
  size_t k = region.axes.size();
  int64_t inside = 1;    // how much of axis k-1 the dims seen so far take
  int64_t expected = 1;  // dense stride of the dim
  for (size_t d = dims.size(); d-- > 0;) {
    if (dims[d] == 1) continue;
    if (k == 0) return std::nullopt;
    const Axis& axis = region.axes[k - 1];
    if (axis.dst_stride * inside != expected || axis.size % (inside * dims[d]) != 0) return std::nullopt;
    view.strides[d] = axis.src_stride * inside;
    inside *= dims[d];
    expected *= dims[d];
    if (inside == axis.size) {
      inside = 1;
      --k;
    }
  }
  if (k != 0) return std::nullopt;
  return view;
}

size_t hash(std::span<const Region> regions) {
  size_t h = regions.size();
  const auto mix = [&h](int64_t v) { h = (h ^ static_cast<size_t>(v)) * 0x9e3779b97f4a7c15ULL + (h >> 29); };
  for (const Region& r : regions) {
    mix(r.source);
    mix(static_cast<int64_t>(std::bit_cast<uint64_t>(r.fill)));
    mix(r.src_offset);
    mix(r.dst_offset);
    for (const Axis& axis : r.axes) {
      mix(axis.size);
      mix(axis.src_stride);
      mix(axis.dst_stride);
    }
  }
  return h;
}

}  // namespace walle::raster
