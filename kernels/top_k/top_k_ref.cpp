#include <algorithm>
#include <cmath>
#include <numeric>

#include "kernels/support/def.h"
#include "kernels/support/scalar.h"
#include "kernels/support/walk.h"

namespace walle::kernels {
namespace {

size_t axis_in(const Problem& p) {
  return axis_of(std::get<TopKAttributes>(p.attributes).axis, p.operands[0].dims.size());
}

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 1, 2)) return refusal;
  const Operand& x = p.operands[0];
  const Operand& values = p.results[0];
  if (x.dims.empty() || values.dims.size() != x.dims.size() || p.results[1].dims != values.dims) {
    return Refusal{"shapes do not fit"};
  }
  const size_t axis = axis_in(p);
  for (size_t i = 0; i < x.dims.size(); ++i) {
    if (i == axis ? values.dims[i] > x.dims[i] : values.dims[i] != x.dims[i]) return Refusal{"shapes do not fit"};
  }
  if (p.results[1].dtype != DType::i64) return Refusal{"the indices are not i64"};
  return refuse_if(x.dtype != values.dtype || bits_of(x.dtype) < 8, "operand and result differ in dtype or are packed");
}

Work work(const Problem& p, const Params&) {
  const auto count = static_cast<double>(p.operands[0].count());
  const auto k = static_cast<double>(p.results[0].dims[axis_in(p)]);
  return {.operations = kReferenceSlowness * count * (4 + 2 * std::log2(k + 2)), .bytes = traffic_of(p), .steps = 1};
}

size_t workspace_bytes(const Problem& p, const Params&) {
  return static_cast<size_t>(p.operands[0].dims[axis_in(p)]) * sizeof(int64_t);
}

/// NaN counts as larger than all numbers.
template <class W>
bool less(W a, W b) {
  if (is_nan(a)) return false;
  return is_nan(b) || a < b;
}

template <class T>
void row(const Arguments& a, const T* x, int64_t values_at, int64_t indices_at, size_t axis) {
  const Problem& p = *a.problem;
  const int64_t size = p.operands[0].dims[axis];
  const int64_t stride = p.operands[0].strides[axis];
  const int64_t k = p.results[0].dims[axis];
  const bool largest = std::get<TopKAttributes>(p.attributes).largest;
  auto* order = static_cast<int64_t*>(a.workspace);
  std::iota(order, order + size, int64_t{0});
  std::partial_sort(order, order + k, order + size, [&](int64_t i, int64_t j) {
    const Wide<T> u = load(x[i * stride]);
    const Wide<T> v = load(x[j * stride]);
    const bool before = largest ? less(v, u) : less(u, v);
    const bool after = largest ? less(u, v) : less(v, u);
    return before || (!after && i < j);
  });
  T* values = static_cast<T*>(a.results[0]) + values_at;
  int64_t* indices = static_cast<int64_t*>(a.results[1]) + indices_at;
  for (int64_t i = 0; i < k; ++i) {
    values[i * p.results[0].strides[axis]] = x[order[i] * stride];
    indices[i * p.results[1].strides[axis]] = order[i];
  }
}

void run(const Arguments& a, TileRange) noexcept {
  const Operand& x = a.problem->operands[0];
  const size_t axis = axis_in(*a.problem);
  const auto& results = a.problem->results;
  visit_dtype(x.dtype, [&]<class T>(std::type_identity<T>) {
    walk<3>(
        without_axis(x.dims, axis),
        {without_axis(x.strides, axis), without_axis(results[0].strides, axis), without_axis(results[1].strides, axis)},
        [&](const auto& at) { row(a, static_cast<const T*>(a.operands[0]) + at[0], at[1], at[2], axis); });
  });
}

}  // namespace

extern const KernelDef kTopKRef;
const KernelDef kTopKRef = {.name = "top_k_ref",
                            .family = Family::top_k,
                            .variant = "ref",
                            .accepts = accepts,
                            .work = work,
                            .workspace_bytes = workspace_bytes,
                            .tiles = one_tile,
                            .run = run};

}  // namespace walle::kernels
