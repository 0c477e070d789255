#include "libwalle/autodiff/rules/table.h"

namespace walle::autodiff {
namespace {

using graph::ValueId;

/// dy where the updates went.
ValueId gathered(Reverse& r, const ScatterAttributes& a) {
  const std::vector<ValueId> operands = {r.gradient().id(), r.operand(1).id()};
  const TensorType type{r.dtype(), r.dims(2)};
  if (a.elements) return add_family(r.builder(), GatherElementsAttributes{.axis = a.axis}, operands, type);
  return add_family(r.builder(), GatherNdAttributes{}, operands, type);
}

// add:  da = dy, du = dy[index];  replace: da = dy, 0 at the indices (which must differ from one another)
Result<std::vector<ValueId>> reverse(Reverse& r) {
  const auto& a = r.attributes<ScatterAttributes>();
  if (a.reduction != ScatterReduction::none && a.reduction != ScatterReduction::add)
    return r.refuse("a scatter that multiplies or takes the largest has no gradient here; only add and none have");
  auto gradients = r.none();
  if (r.wants(0) && a.reduction == ScatterReduction::add) gradients[0] = r.gradient().id();
  if (r.wants(0) && a.reduction == ScatterReduction::none) {
    const ValueId zeros = WALLE_TRY(r.filled(r.dims(2), 0, r.dtype()));
    gradients[0] =
        add_family(r.builder(), a, {r.gradient().id(), r.operand(1).id(), zeros}, TensorType{r.dtype(), r.dims(0)});
  }
  if (r.wants(2)) gradients[2] = gathered(r, a);
  return gradients;
}

}  // namespace

extern const RuleDef kScatter;
const RuleDef kScatter = {.family = Family::scatter, .reverse = reverse};

}  // namespace walle::autodiff
