#include "libwalle/autodiff/rules/table.h"

namespace walle::autodiff {
namespace {

using graph::ValueId;
using Ints = std::vector<int64_t>;

int64_t product(const Ints& dims, size_t from, size_t to) {
  int64_t n = 1;
  for (size_t d = from; d < to; ++d) n *= dims[d];
  return n;
}

/// [a, b, c] → [b, a, c].
Expression exchanged(const Expression& a) { return a.formula().op("Transpose", {a}, {{"perm", Ints{1, 0, 2}}}); }

// y[p,i,s] = x[p,index[i],s]:  dx[p,index[i],s] += dy[p,i,s]
Result<std::vector<ValueId>> reverse(Reverse& r) {
  const Ints dims = r.dims(0);
  const auto rank = static_cast<int32_t>(dims.size());
  const int32_t given = r.attributes<GatherAttributes>().axis;
  const auto axis = static_cast<size_t>(given < 0 ? given + rank : given);
  const int64_t before = product(dims, 0, axis);
  const int64_t behind = product(dims, axis + 1, dims.size());
  const Ints index_dims = r.dims(1);
  const int64_t count = product(index_dims, 0, index_dims.size());
  const Expression dy = exchanged(reshape(r.gradient(), {before, count, behind}));
  const ValueId updates = WALLE_TRY(r.formula().result(dy));
  const ValueId indices = WALLE_TRY(r.formula().result(reshape(r.operand(1), {count, 1})));
  const TensorType type{r.dtype(), {dims[axis], before, behind}};
  const ValueId zeros = WALLE_TRY(r.filled(type.dims, 0, r.dtype()));
  const ScatterAttributes scatter{.reduction = ScatterReduction::add};
  const ValueId dx = add_family(r.builder(), scatter, {zeros, indices, updates}, type);
  auto gradients = r.none();
  gradients[0] = WALLE_TRY(r.formula().result(reshape(exchanged(r.formula().of(dx)), dims)));
  return gradients;
}

}  // namespace

extern const RuleDef kGather;
const RuleDef kGather = {.family = Family::gather, .reverse = reverse};

}  // namespace walle::autodiff
