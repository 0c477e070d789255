#include "libwalle/ops/rules/regions.h"

namespace walle::ops::rules {
namespace {

constexpr size_t kMaxRegions = 4096;

std::vector<Axis> joined(const std::vector<Axis>& axes) {
  std::vector<Axis> result;
  for (const Axis& axis : axes) {
    if (axis.size == 1) continue;
    if (!result.empty() && result.back().src_stride == axis.size * axis.src_stride &&
        result.back().dst_stride == axis.size * axis.dst_stride) {
      result.back() = {result.back().size * axis.size, axis.src_stride, axis.dst_stride};
    } else {
      result.push_back(axis);
    }
  }
  return result;
}

/// Saturates: sizes out of a file may be absurd, and are refused where memory is asked for.
int64_t times(int64_t a, int64_t b) {
  int64_t result = 0;
  return __builtin_mul_overflow(a, b, &result) ? engine::kMaxElements * 2 : result;
}

/// The position of the smallest axis, which costs the fewest regions when it is unrolled.
size_t smallest(const std::vector<Axis>& axes) {
  size_t best = 0;
  for (size_t i = 1; i < axes.size(); ++i) {
    if (axes[i].size < axes[best].size) best = i;
  }
  return best;
}

}  // namespace

Status add_box(std::vector<Region>& regions, const Region& origin, std::vector<Axis> axes) {
  for (const Axis& axis : axes) {
    if (axis.size <= 0) return {};
  }
  axes = joined(axes);
  if (axes.size() > Region::kMaxAxes) {
    const auto at = static_cast<std::ptrdiff_t>(smallest(axes));
    const Axis unrolled = axes[static_cast<size_t>(at)];
    axes.erase(axes.begin() + at);
    for (int64_t i = 0; i < unrolled.size; ++i) {
      Region moved = origin;
      moved.src_offset += i * unrolled.src_stride;
      moved.dst_offset += i * unrolled.dst_stride;
      WALLE_TRY(add_box(regions, moved, axes));
    }
    return {};
  }
  if (regions.size() >= kMaxRegions)
    return fail(ErrorCode::unsupported, "the movement of data needs more than 4096 regions");
  Region region = origin;
  for (const Axis& axis : axes) region.axes.push_back(axis);
  regions.push_back(region);
  return {};
}

std::vector<Region> linear(int64_t count) {
  if (count == 0) return {};
  Region region;
  region.axes.push_back({count, 1, 1});
  return {region};
}

int64_t count(std::span<const int64_t> dims) {
  int64_t result = 1;
  for (const int64_t dim : dims) result = times(result, dim);
  return result;
}

Ints strides(std::span<const int64_t> dims) {
  Ints result(dims.size(), 1);
  for (size_t i = dims.size(); i-- > 1;) result[i - 1] = times(result[i], dims[i]);
  return result;
}

Result<std::vector<Region>> same_order(const NodeView& node, size_t) {
  return linear(count(WALLE_TRY(node.result_dims(0))));
}

}  // namespace walle::ops::rules
