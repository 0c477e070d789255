#include <cmath>

#include "kernels/support/def.h"
#include "kernels/support/scalar.h"
#include "kernels/support/walk.h"
#include "kernels/support/window.h"

namespace walle::kernels {
namespace {

const PoolAttributes& attributes_of(const Problem& p) { return std::get<PoolAttributes>(p.attributes); }

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 1)) return refusal;
  const Operand& x = p.operands[0];
  const Operand& y = p.results[0];
  if (const char* fault = window_fault(attributes_of(p).window, x, y)) return Refusal{fault};
  if (x.dims[0] != y.dims[0] || x.dims[1] != y.dims[1]) return Refusal{"operand and result differ in channels"};
  if (x.dtype != y.dtype || bits_of(x.dtype) < 8 || x.dtype == DType::boolean)
    return Refusal{"no pooling of this dtype"};
  if (attributes_of(p).op != PoolOp::max && !is_float(x.dtype)) return Refusal{"only max pools integers"};
  if (p.results.size() > 1 && (p.results[1].dtype != DType::i64 || p.results[1].dims != y.dims)) {
    return Refusal{"the indices are not i64 of the result's shape"};
  }
  return std::nullopt;
}

Work work(const Problem& p, const Params&) {
  double taps = 1;
  for (const int64_t k : attributes_of(p).window.kernel) taps *= static_cast<double>(k);
  return elementwise_work(p, taps);
}

/// Calls f(value, steps) for the elements of x under the window at `position`; returns how many cells lie within the
/// padded operand.
template <class T, class F>
int64_t for_window(const WindowAxes& axes, const T* x, const std::array<int64_t, 3>& position, F&& f) {
  int64_t cells = 0;
  std::array<int64_t, 3> s{};
  const auto place = [&](size_t i, int64_t k) {
    const WindowAxis& a = axes[i];
    s[i] = position[i] * a.stride - a.pad_begin + k * a.dilation;
    return s[i] < a.in + a.pad_end;
  };
  for (int64_t i = 0; i < axes[0].kernel && place(0, i); ++i) {
    for (int64_t j = 0; j < axes[1].kernel && place(1, j); ++j) {
      for (int64_t k = 0; k < axes[2].kernel && place(2, k); ++k) {
        ++cells;
        bool inside = true;
        for (size_t d = 0; d < 3; ++d) inside = inside && s[d] >= 0 && s[d] < axes[d].in;
        if (inside) f(load(x[s[0] * axes[0].x_stride + s[1] * axes[1].x_stride + s[2] * axes[2].x_stride]), s);
      }
    }
  }
  return cells;
}

int64_t flat_index(const WindowAxes& axes, const std::array<int64_t, 3>& s, bool column_major) {
  if (column_major) return s[0] + axes[0].in * (s[1] + axes[1].in * s[2]);
  return (s[0] * axes[1].in + s[1]) * axes[2].in + s[2];
}

template <class T>
void max_at(const Arguments& a, const WindowAxes& axes, const Extents& at, const std::array<int64_t, 2>& offset,
            const std::array<int64_t, 3>& position) {
  const Problem& p = *a.problem;
  Wide<T> best = lowest_of<T>();
  int64_t index = -1;
  for_window(axes, static_cast<const T*>(a.operands[0]) + offset[0], position, [&](Wide<T> x, const auto& s) {
    if (index >= 0 && !(x > best) && (!is_nan(x) || is_nan(best))) return;
    best = x;
    index = flat_index(axes, s, attributes_of(p).column_major);
  });
  static_cast<T*>(a.results[0])[offset[1]] = store<T>(best);
  if (p.results.size() < 2 || a.results[1] == nullptr) return;
  const int64_t plane = axes[0].in * axes[1].in * axes[2].in;
  const int64_t base = (at[0] * p.operands[0].dims[1] + at[1]) * plane;
  static_cast<int64_t*>(a.results[1])[offset_of(at, p.results[1].strides)] = index < 0 ? -1 : base + index;
}

template <class T>
void mean_at(const Arguments& a, const WindowAxes& axes, const std::array<int64_t, 2>& offset,
             const std::array<int64_t, 3>& position) {
  const PoolAttributes& attributes = attributes_of(*a.problem);
  const bool lp = attributes.op == PoolOp::lp;
  double sum = 0;
  int64_t valid = 0;
  const int64_t cells =
      for_window(axes, static_cast<const T*>(a.operands[0]) + offset[0], position, [&](double x, const auto&) {
        sum += lp ? std::pow(std::fabs(x), attributes.p) : x;
        ++valid;
      });
  const int64_t divisor = attributes.count_include_pad ? cells : valid;
  const double value = lp ? std::pow(sum, 1.0 / attributes.p) : (divisor == 0 ? 0 : sum / static_cast<double>(divisor));
  static_cast<T*>(a.results[0])[offset[1]] = store<T>(value);
}

template <class T>
void pool(const Arguments& a) {
  const Operand& x = a.problem->operands[0];
  const Operand& y = a.problem->results[0];
  const PoolAttributes& attributes = attributes_of(*a.problem);
  const WindowAxes axes = window_axes(attributes.window, x, nullptr, y);
  Extents plane = x.strides;
  for (size_t i = 2; i < plane.size(); ++i) plane[i] = 0;
  walk_steps<2>(y.dims, {plane, y.strides}, [&](const Extents& at, const std::array<int64_t, 2>& offset) {
    std::array<int64_t, 3> position{};
    const size_t rank = at.size() - 2;
    for (size_t i = 0; i < rank; ++i) position[3 - rank + i] = at[2 + i];
    if (attributes.op == PoolOp::max)
      max_at<T>(a, axes, at, offset, position);
    else if constexpr (kIsFloat<T>)
      mean_at<T>(a, axes, offset, position);
  });
}

void run(const Arguments& a, TileRange) noexcept {
  visit_dtype(a.problem->operands[0].dtype, [&]<class T>(std::type_identity<T>) { pool<T>(a); });
}

}  // namespace

extern const KernelDef kPoolRef;
const KernelDef kPoolRef = {.name = "pool_ref",
                            .family = Family::pool,
                            .variant = "ref",
                            .accepts = accepts,
                            .work = work,
                            .tiles = one_tile,
                            .run = run,
                            .bound = {.relative = 6e-8}};

}  // namespace walle::kernels
