#include "libwalle/autodiff/rules/table.h"

namespace walle::autodiff {
namespace {

using graph::ValueId;
using Ints = std::vector<int64_t>;

/// The index tuples with the position along each batch axis in front, so that they count in the whole operand.
Result<ValueId> with_batches(Reverse& r, int64_t batches) {
  Ints dims = r.dims(1);
  dims.back() = 1;
  std::vector<ValueId> parts;
  for (int64_t b = 0; b < batches; ++b) {
    Ints steps(static_cast<size_t>(dims[static_cast<size_t>(b)]));
    for (size_t i = 0; i < steps.size(); ++i) steps[i] = static_cast<int64_t>(i);
    Ints along(dims.size(), 1);
    along[static_cast<size_t>(b)] = dims[static_cast<size_t>(b)];
    const Expression position = reshape(r.formula().of(r.builder().ints(steps)), along);
    const Expression shape = r.formula().of(r.builder().ints(dims));
    parts.push_back(WALLE_TRY(r.formula().result(r.formula().op("Expand", {position, shape}))));
  }
  parts.push_back(add_family(r.builder(), CastAttributes{}, {r.operand(1).id()}, {DType::i64, r.dims(1)}));
  return r.builder().one("Concat", std::move(parts), {{"axis", int64_t{-1}}});
}

// dx[index] += dy
Result<std::vector<ValueId>> reverse(Reverse& r) {
  const ValueId indices = WALLE_TRY(with_batches(r, r.attributes<GatherNdAttributes>().batch_dims));
  const TensorType type{r.dtype(), r.dims(0)};
  const ValueId zeros = WALLE_TRY(r.filled(type.dims, 0, type.dtype));
  const ScatterAttributes scatter{.reduction = ScatterReduction::add};
  auto gradients = r.none();
  gradients[0] = add_family(r.builder(), scatter, {zeros, indices, r.gradient().id()}, type);
  return gradients;
}

}  // namespace

extern const RuleDef kGatherNd;
const RuleDef kGatherNd = {.family = Family::gather_nd, .reverse = reverse};

}  // namespace walle::autodiff
