#include "libwalle/autodiff/rules/table.h"

namespace walle::autodiff {
namespace {

// dx[index] += dy
Result<std::vector<graph::ValueId>> reverse(Reverse& r) {
  const ScatterAttributes scatter{
      .elements = true, .axis = r.attributes<GatherElementsAttributes>().axis, .reduction = ScatterReduction::add};
  const TensorType type{r.dtype(), r.dims(0)};
  const graph::ValueId zeros = WALLE_TRY(r.filled(type.dims, 0, type.dtype));
  auto gradients = r.none();
  gradients[0] = add_family(r.builder(), scatter, {zeros, r.operand(1).id(), r.gradient().id()}, type);
  return gradients;
}

}  // namespace

extern const RuleDef kGatherElements;
const RuleDef kGatherElements = {.family = Family::gather_elements, .reverse = reverse};

}  // namespace walle::autodiff
