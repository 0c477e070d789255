#include <cmath>

#include "kernels/resize/taps.h"
#include "kernels/support/def.h"
#include "kernels/support/scalar.h"
#include "kernels/support/walk.h"

namespace walle::kernels {
namespace {

using resize::AxisMap;

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 1)) return refusal;
  const Operand& x = p.operands[0];
  const Operand& y = p.results[0];
  if (x.dims.size() != y.dims.size()) return Refusal{"operand and result differ in rank"};
  if (x.count() == 0 && y.count() != 0) return Refusal{"an empty operand cannot be resized"};
  for (size_t i = 0; i < x.dims.size(); ++i) {
    if (!(std::get<ResizeAttributes>(p.attributes).scales[i] > 0)) return Refusal{"a scale is not positive"};
  }
  return refuse_if(x.dtype != y.dtype || bits_of(x.dtype) < 8, "operand and result differ in dtype");
}

AxisMap map_of(const Problem& p, size_t axis) {
  return {.attributes = &std::get<ResizeAttributes>(p.attributes),
          .axis = axis,
          .in = p.operands[0].dims[axis],
          .out = p.results[0].dims[axis]};
}

Work work(const Problem& p, const Params&) {
  double taps = 1;
  for (size_t i = 0; i < p.results[0].dims.size(); ++i) taps *= static_cast<double>(map_of(p, i).taps());
  return elementwise_work(p, 10 * taps);
}

/// For each axis: out × taps source positions, then weights, then a byte for "extrapolate" in 8.
size_t workspace_bytes(const Problem& p, const Params&) {
  size_t bytes = 64;
  for (size_t i = 0; i < p.results[0].dims.size(); ++i) {
    const AxisMap map = map_of(p, i);
    bytes += static_cast<size_t>(map.out * (2 * map.taps() + 1)) * 8;
  }
  return bytes;
}

struct Taps {
  int64_t count = 1;
  int64_t* positions = nullptr;
  double* weights = nullptr;
  int64_t* inside = nullptr;
};
using AllTaps = std::array<Taps, kMaxRank>;

AllTaps make_taps(const Arguments& a) {
  AllTaps all;
  auto* at = static_cast<std::byte*>(a.workspace);
  for (size_t i = 0; i < a.problem->results[0].dims.size(); ++i) {
    const AxisMap map = map_of(*a.problem, i);
    Taps& taps = all[i];
    taps.count = map.taps();
    const auto size = static_cast<size_t>(map.out * taps.count) * 8;
    taps.positions = reinterpret_cast<int64_t*>(at);
    taps.weights = reinterpret_cast<double*>(at + size);
    taps.inside = reinterpret_cast<int64_t*>(at + 2 * size);
    at += 2 * size + static_cast<size_t>(map.out) * 8;
    for (int64_t x = 0; x < map.out; ++x) {
      taps.inside[x] = map.fill(x, taps.positions + x * taps.count, taps.weights + x * taps.count) ? 1 : 0;
    }
  }
  return all;
}

/// Weighted sum over the taps of the axes from `axis` on.
template <class T>
double mix(const AllTaps& all, const Operand& x, const T* data, const Extents& at, size_t axis, int64_t offset) {
  if (axis == at.size()) return convert<double>(load(data[offset]));
  const Taps& taps = all[axis];
  double sum = 0;
  for (int64_t i = at[axis] * taps.count; i < (at[axis] + 1) * taps.count; ++i) {
    if (taps.weights[i] == 0) continue;
    const double value = mix(all, x, data, at, axis + 1, offset + taps.positions[i] * x.strides[axis]);
    sum += taps.weights[i] == 1 ? value : taps.weights[i] * value;
  }
  return sum;
}

template <class T>
Wide<T> rounded(double value) {
  if constexpr (kIsFloat<T>)
    return value;
  else if constexpr (std::is_same_v<T, Boolean>)
    return value != 0 ? 1 : 0;
  else
    return clamp_to<T>(std::nearbyint(value));
}

template <class T>
void resize_all(const Arguments& a) {
  const Problem& p = *a.problem;
  const Operand& x = p.operands[0];
  const AllTaps all = make_taps(a);
  const auto* data = static_cast<const T*>(a.operands[0]);
  auto* y = static_cast<T*>(a.results[0]);
  const double extrapolation = std::get<ResizeAttributes>(p.attributes).extrapolation;
  walk_steps<1>(p.results[0].dims, {p.results[0].strides}, [&](const Extents& at, const auto& offset) {
    bool inside = true;
    for (size_t i = 0; i < at.size(); ++i) inside = inside && all[i].inside[at[i]] != 0;
    y[offset[0]] = store<T>(rounded<T>(inside ? mix(all, x, data, at, 0, 0) : extrapolation));
  });
}

void run(const Arguments& a, TileRange) noexcept {
  visit_dtype(a.problem->operands[0].dtype, [&]<class T>(std::type_identity<T>) { resize_all<T>(a); });
}

}  // namespace

extern const KernelDef kResizeRef;
const KernelDef kResizeRef = {.name = "resize_ref",
                              .family = Family::resize,
                              .variant = "ref",
                              .accepts = accepts,
                              .work = work,
                              .workspace_bytes = workspace_bytes,
                              .tiles = one_tile,
                              .run = run,
                              .bound = {.relative = 6e-8}};

}  // namespace walle::kernels
