#include <algorithm>
#include <cstring>

#include "kernels/support/def.h"
#include "kernels/support/scalar.h"
#include "kernels/support/walk.h"

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
    if (region.combine != Combine::copy && is_small_float(dtype))
      return Refusal{"a dtype that only carries data: cast it first"};
    if (!region.indexed) continue;
    const auto index = static_cast<size_t>(region.indexed->operand);
    if (index >= p.operands.size() || region.indexed->axis >= region.axes.size()) {
      return Refusal{"a region's index operand or axis does not exist"};
    }
    const DType indices = p.operands[index].dtype;
    if (indices != DType::i32 && indices != DType::i64) return Refusal{"a region's indices are not i32 or i64"};
  }
  return std::nullopt;
}

Work work(const Problem& p, const Params&) {
  double elements = 0;
  for (const Region& region : p.regions) {
    double count = 1;
    for (const Axis& axis : region.axes) count *= static_cast<double>(axis.size);
    elements += count;
  }
  const double bytes = elements * bits_of(p.results[0].dtype) / 8;
  return {.operations = kReferenceSlowness * 4 * elements, .bytes = 2 * bytes, .steps = 1};
}

template <class T>
void combine(T& y, T x, Combine how) {
  switch (how) {
    case Combine::copy:
      y = x;
      break;
    case Combine::add:
      y = store<T>(add(load(y), load(x)));
      break;
    case Combine::max:
      y = store<T>(larger(load(y), load(x)));
      break;
  }
}

/// The source value of an indexed region at a step: how far the indexed axis moves, or nothing if outside.
struct Indexed {
  const IndexedAxis* axis = nullptr;
  DType dtype{};
  const void* data = nullptr;

  std::optional<int64_t> position(int64_t at) const {
    auto index = load_as<int64_t>(dtype, data, axis->index_offset + at);
    if (index < 0) index += axis->bound;
    return index < 0 || index >= axis->bound ? std::nullopt : std::optional<int64_t>{index};
  }
};

struct Box {
  Extents dims, src, dst, index;
};

Box box_of(const Region& region) {
  Box box;
  for (size_t i = 0; i < region.axes.size(); ++i) {
    const Axis& axis = region.axes[i];
    const bool indexed = region.indexed && region.indexed->axis == i;
    box.dims.push_back(axis.size);
    box.src.push_back(indexed || region.source == Region::kFill ? 0 : axis.src_stride);
    box.dst.push_back(axis.dst_stride);
    box.index.push_back(indexed ? region.indexed->index_stride : 0);
  }
  return box;
}

/// True if the innermost axis of source and result is contiguous: rows are then copied whole.
bool copies_rows(const Region& region, const Box& box) {
  return region.combine == Combine::copy && !box.dims.empty() && box.src.back() == 1 && box.dst.back() == 1;
}

template <class T>
void copy_rows(const Box& box, T* y, const T* x) {
  const auto bytes = static_cast<size_t>(box.dims.back()) * sizeof(T);
  if (bytes == 0) return;
  const auto outer = [](const Extents& extents) { return std::span<const int64_t>(extents).first(extents.size() - 1); };
  walk<2>(outer(box.dims), {outer(box.src), outer(box.dst)},
          [&](const auto& at) { std::memcpy(y + at[1], x + at[0], bytes); });
}

template <class T>
void run_region(const Arguments& a, const Region& region) {
  const Box box = box_of(region);
  auto* y = static_cast<T*>(a.results[0]) + region.dst_offset;
  if (region.source == Region::kFill) {
    T fill{};
    store_as(a.problem->results[0].dtype, &fill, 0, region.fill);
    walk<1>(box.dims, {box.dst}, [&](const auto& at) { combine(y[at[0]], fill, region.combine); });
    return;
  }
  const T* x = static_cast<const T*>(a.operands[static_cast<size_t>(region.source)]) + region.src_offset;
  if (!region.indexed && copies_rows(region, box)) {
    copy_rows(box, y, x);
    return;
  }
  if (!region.indexed) {
    walk<2>(box.dims, {box.src, box.dst}, [&](const auto& at) { combine(y[at[1]], x[at[0]], region.combine); });
    return;
  }
  const auto operand = static_cast<size_t>(region.indexed->operand);
  const Indexed indexed{&*region.indexed, a.problem->operands[operand].dtype, a.operands[operand]};
  const int64_t stride = region.axes[region.indexed->axis].src_stride;
  walk<3>(box.dims, {box.src, box.dst, box.index}, [&](const auto& at) {
    const std::optional<int64_t> position = indexed.position(at[2]);
    combine(y[at[1]], position ? x[at[0] + *position * stride] : T{}, region.combine);
  });
}

template <class T>
void raster(const Arguments& a) {
  const Problem& p = *a.problem;
  const auto combines = [&](Combine how) {
    return std::any_of(p.regions.begin(), p.regions.end(), [&](const Region& r) { return r.combine == how; });
  };
  const bool adds = combines(Combine::add);
  if (adds || combines(Combine::max)) {
    auto* y = static_cast<T*>(a.results[0]);
    const T start = adds ? T{} : store<T>(lowest_of<T>());
    walk<1>(p.results[0].dims, {p.results[0].strides}, [&](const auto& at) { y[at[0]] = start; });
  }
  for (const Region& region : p.regions) run_region<T>(a, region);
}

void run(const Arguments& a, TileRange) noexcept {
  const DType dtype = a.problem->results[0].dtype;
  if (is_small_float(dtype)) return raster<uint8_t>(a);
  visit_dtype(dtype, [&]<class T>(std::type_identity<T>) { raster<T>(a); });
}

}  // namespace

extern const KernelDef kRasterRef;
const KernelDef kRasterRef = {.name = "raster_ref",
                              .family = Family::raster,
                              .variant = "ref",
                              .accepts = accepts,
                              .work = work,
                              .tiles = one_tile,
                              .run = run};

}  // namespace walle::kernels
