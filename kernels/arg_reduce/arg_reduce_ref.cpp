#include "kernels/support/def.h"
#include "kernels/support/scalar.h"
#include "kernels/support/walk.h"

namespace walle::kernels {
namespace {

const ArgReduceAttributes& attributes_of(const Problem& p) { return std::get<ArgReduceAttributes>(p.attributes); }

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 1)) return refusal;
  const Operand& x = p.operands[0];
  const Operand& y = p.results[0];
  if (x.dims.empty() || x.dims.size() != y.dims.size()) return Refusal{"operand and result differ in rank"};
  const size_t axis = axis_of(attributes_of(p).axis, x.dims.size());
  for (size_t i = 0; i < x.dims.size(); ++i) {
    if (y.dims[i] != (i == axis ? 1 : x.dims[i])) return Refusal{"the result has a wrong shape"};
  }
  if (y.dtype != DType::i64) return Refusal{"the result is not i64"};
  return refuse_if(bits_of(x.dtype) < 8, "packed dtypes are for weights only");
}

Work work(const Problem& p, const Params&) {
  return {.operations = kReferenceSlowness * 2 * static_cast<double>(p.operands[0].count()),
          .bytes = traffic_of(p),
          .steps = 1};
}

/// True if x goes before `best`; NaN goes before all numbers.
template <class W>
bool better(W x, W best, bool smallest) {
  if (is_nan(x)) return !is_nan(best);
  if (is_nan(best)) return false;
  return smallest ? x < best : x > best;
}

template <class T>
int64_t find(const T* x, int64_t stride, int64_t size, const ArgReduceAttributes& attributes) {
  int64_t best = 0;
  for (int64_t i = 1; i < size; ++i) {
    const Wide<T> value = load(x[i * stride]);
    const Wide<T> leader = load(x[best * stride]);
    const bool tie = attributes.last && !better(leader, value, attributes.smallest);
    if (tie || better(value, leader, attributes.smallest)) best = i;
  }
  return best;
}

void run(const Arguments& a, TileRange) noexcept {
  const Operand& x = a.problem->operands[0];
  const Operand& y = a.problem->results[0];
  const ArgReduceAttributes& attributes = attributes_of(*a.problem);
  const size_t axis = axis_of(attributes.axis, x.dims.size());
  auto* result = static_cast<int64_t*>(a.results[0]);
  visit_dtype(x.dtype, [&]<class T>(std::type_identity<T>) {
    const auto* data = static_cast<const T*>(a.operands[0]);
    walk<2>(y.dims, {x.strides, y.strides},
            [&](const auto& at) { result[at[1]] = find(data + at[0], x.strides[axis], x.dims[axis], attributes); });
  });
}

}  // namespace

extern const KernelDef kArgReduceRef;
const KernelDef kArgReduceRef = {.name = "arg_reduce_ref",
                                 .family = Family::arg_reduce,
                                 .variant = "ref",
                                 .accepts = accepts,
                                 .work = work,
                                 .tiles = one_tile,
                                 .run = run};

}  // namespace walle::kernels
