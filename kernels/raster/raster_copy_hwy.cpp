#include <algorithm>
#include <cstring>

#include "kernels/raster/copy.h"
#include "kernels/support/def.h"
#include "kernels/support/scalar.h"

namespace walle::kernels {
namespace {

std::optional<Refusal> accepts(const Problem& p) {
  if (p.results.size() != 1) return Refusal{"a raster has one result"};
  const DType dtype = p.results[0].dtype;
  if (bits_of(dtype) < 8) return Refusal{"packed dtypes are for weights only"};
  for (const Region& region : p.regions) {
    const auto source = static_cast<size_t>(std::max(region.source, 0));
    if (region.source != Region::kFill && (source >= p.operands.size() || p.operands[source].dtype != dtype)) {
      return Refusal{"a region's source does not exist or has another dtype"};
    }
    if (region.combine != Combine::copy) return Refusal{"a region adds or takes the maximum"};
    if (region.indexed) return Refusal{"a region reads indices"};
  }
  return std::nullopt;
}

Work work(const Problem& p, const Params&) {
  double elements = 0;
  double operations = 0;
  for (const Region& region : p.regions) {
    const raster::CopyPlan plan = raster::plan_copy(region);
    const double count = static_cast<double>(plan.rows * plan.columns * plan.outer);
    elements += count;
    operations +=
        count * (plan.kind == raster::CopyKind::strided ? 40 : (plan.kind == raster::CopyKind::transpose ? 16 : 2));
  }
  return {.operations = operations, .bytes = 2 * elements * bits_of(p.results[0].dtype) / 8, .steps = 1};
}

int64_t tiles(const Problem& p, const Params&) {
  int64_t count = 0;
  for (const Region& region : p.regions) count += raster::plan_copy(region).tiles();
  return std::max<int64_t>(count, 1);
}

template <class T>
void run_tiles(const Arguments& a, TileRange range) {
  const Problem& p = *a.problem;
  int64_t first = 0;
  for (const Region& region : p.regions) {
    const raster::CopyPlan plan = raster::plan_copy(region);
    const int64_t count = plan.tiles();
    const int64_t begin = std::max(range.begin, first);
    const int64_t end = std::min(range.end, first + count);
    auto* y = static_cast<T*>(a.results[0]) + region.dst_offset;
    T fill{};
    const T* x = &fill;
    if (region.source == Region::kFill)
      store_as(p.results[0].dtype, &fill, 0, region.fill);
    else
      x = static_cast<const T*>(a.operands[static_cast<size_t>(region.source)]) + region.src_offset;
    for (int64_t tile = begin; tile < end; ++tile) raster::run_copy(plan, x, y, tile - first);
    first += count;
  }
}

void run(const Arguments& a, TileRange range) noexcept {
  visit_size(a.problem->results[0].dtype, [&]<class T>(std::type_identity<T>) { run_tiles<T>(a, range); });
}

}  // namespace

extern const KernelDef kRasterCopyHwy;
const KernelDef kRasterCopyHwy = {.name = "raster_copy_hwy",
                                  .family = Family::raster,
                                  .variant = "hwy",
                                  .accepts = accepts,
                                  .work = work,
                                  .tiles = tiles,
                                  .run = run};

}  // namespace walle::kernels
