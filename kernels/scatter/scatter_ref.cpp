#include "kernels/support/def.h"
#include "kernels/support/scalar.h"
#include "kernels/support/walk.h"

namespace walle::kernels {
namespace {

const ScatterAttributes& attributes_of(const Problem& p) { return std::get<ScatterAttributes>(p.attributes); }

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 3)) return refusal;
  const Operand& x = p.operands[0];
  const Operand& indices = p.operands[1];
  const Operand& updates = p.operands[2];
  if (x.dims != p.results[0].dims || x.dims.empty())
    return Refusal{"operand and result differ in shape or are scalars"};
  if (x.dtype != p.results[0].dtype || updates.dtype != x.dtype || bits_of(x.dtype) < 8) {
    return Refusal{"operands and result differ in dtype or are packed"};
  }
  if (indices.dtype != DType::i32 && indices.dtype != DType::i64) return Refusal{"the indices are not i32 or i64"};
  if (attributes_of(p).elements) {
    if (indices.dims.size() != x.dims.size() || updates.dims != indices.dims) return Refusal{"shapes do not fit"};
    const size_t axis = axis_of(attributes_of(p).axis, x.dims.size());
    for (size_t i = 0; i < x.dims.size(); ++i) {
      if (i != axis && indices.dims[i] > x.dims[i]) return Refusal{"the indices are larger than the operand"};
    }
    return std::nullopt;
  }
  if (indices.dims.empty()) return Refusal{"the indices are a scalar"};
  const size_t loops = indices.dims.size() - 1;
  const auto depth = static_cast<size_t>(indices.dims.back());
  bool fits = depth <= x.dims.size() && updates.dims.size() == loops + x.dims.size() - depth;
  for (size_t i = 0; fits && i < updates.dims.size(); ++i)
    fits = updates.dims[i] == (i < loops ? indices.dims[i] : x.dims[i - loops + depth]);
  return refuse_if(!fits, "shapes do not fit");
}

Work work(const Problem& p, const Params&) {
  return {.operations = kReferenceSlowness * 4 * static_cast<double>(p.operands[2].count()),
          .bytes = traffic_of(p),
          .steps = 1};
}

template <class T>
void combine(T& y, T update, ScatterReduction reduction) {
  switch (reduction) {
    case ScatterReduction::none:
      y = update;
      break;
    case ScatterReduction::add:
      y = store<T>(add(load(y), load(update)));
      break;
    case ScatterReduction::mul:
      y = store<T>(multiply(load(y), load(update)));
      break;
    case ScatterReduction::max:
      y = store<T>(larger(load(y), load(update)));
      break;
    case ScatterReduction::min:
      y = store<T>(smaller(load(y), load(update)));
      break;
  }
}

/// Index at `at`, counted from 0; nullopt: outside.
std::optional<int64_t> index_at(const Arguments& a, int64_t at, int64_t bound) {
  auto index = load_as<int64_t>(a.problem->operands[1].dtype, a.operands[1], at);
  if (index < 0) index += bound;
  return index < 0 || index >= bound ? std::nullopt : std::optional<int64_t>{index};
}

template <class T>
void scatter_elements(const Arguments& a, T* y, const T* updates) {
  const Problem& p = *a.problem;
  const Operand& result = p.results[0];
  const size_t axis = axis_of(attributes_of(p).axis, result.dims.size());
  Extents base = result.strides;
  base[axis] = 0;
  walk<3>(p.operands[1].dims, {p.operands[1].strides, p.operands[2].strides, base}, [&](const auto& at) {
    const std::optional<int64_t> index = index_at(a, at[0], result.dims[axis]);
    if (index) combine(y[at[2] + *index * result.strides[axis]], updates[at[1]], attributes_of(p).reduction);
  });
}

/// Offset in the result of the index tuple at `at`; nullopt: outside.
std::optional<int64_t> tuple_offset(const Arguments& a, int64_t at) {
  const Operand& indices = a.problem->operands[1];
  const Operand& result = a.problem->results[0];
  int64_t offset = 0;
  for (size_t i = 0; i < static_cast<size_t>(indices.dims.back()); ++i) {
    const std::optional<int64_t> index =
        index_at(a, at + static_cast<int64_t>(i) * indices.strides.back(), result.dims[i]);
    if (!index) return std::nullopt;
    offset += *index * result.strides[i];
  }
  return offset;
}

template <class T>
void scatter_nd(const Arguments& a, T* y, const T* updates) {
  const Problem& p = *a.problem;
  const Operand& indices = p.operands[1];
  const size_t loops = indices.dims.size() - 1;
  const auto depth = static_cast<size_t>(indices.dims.back());
  Extents index_strides;
  Extents y_strides;
  for (size_t i = 0; i < p.operands[2].dims.size(); ++i) {
    index_strides.push_back(i < loops ? indices.strides[i] : 0);
    y_strides.push_back(i < loops ? 0 : p.results[0].strides[i - loops + depth]);
  }
  walk<3>(p.operands[2].dims, {index_strides, p.operands[2].strides, y_strides}, [&](const auto& at) {
    const std::optional<int64_t> offset = tuple_offset(a, at[0]);
    if (offset) combine(y[at[2] + *offset], updates[at[1]], attributes_of(p).reduction);
  });
}

void run(const Arguments& a, TileRange) noexcept {
  const Problem& p = *a.problem;
  visit_dtype(p.results[0].dtype, [&]<class T>(std::type_identity<T>) {
    const auto* x = static_cast<const T*>(a.operands[0]);
    const auto* updates = static_cast<const T*>(a.operands[2]);
    auto* y = static_cast<T*>(a.results[0]);
    walk<2>(p.results[0].dims, {p.operands[0].strides, p.results[0].strides},
            [&](const auto& at) { y[at[1]] = x[at[0]]; });
    if (attributes_of(p).elements)
      scatter_elements(a, y, updates);
    else
      scatter_nd(a, y, updates);
  });
}

}  // namespace

extern const KernelDef kScatterRef;
const KernelDef kScatterRef = {.name = "scatter_ref",
                               .family = Family::scatter,
                               .variant = "ref",
                               .accepts = accepts,
                               .work = work,
                               .tiles = one_tile,
                               .run = run,
                               .bound = {.relative = 6e-8}};

}  // namespace walle::kernels
