#include "libwalle/autodiff/rules/table.h"

namespace walle::autodiff {
namespace {

// dy goes back to where the values came from.
Result<std::vector<graph::ValueId>> reverse(Reverse& r) {
  const ScatterAttributes scatter{
      .elements = true, .axis = r.attributes<TopKAttributes>().axis, .reduction = ScatterReduction::add};
  if (r.node().results.size() < 2 || r.node().results[1] == graph::kNoValue)
    return r.refuse("needs the indices of its values");
  const graph::ValueId zeros = WALLE_TRY(r.filled(r.dims(0), 0, r.dtype()));
  auto gradients = r.none();
  gradients[0] =
      add_family(r.builder(), scatter, {zeros, r.result(1).id(), r.gradient().id()}, TensorType{r.dtype(), r.dims(0)});
  return gradients;
}

}  // namespace

extern const RuleDef kTopK;
const RuleDef kTopK = {.family = Family::top_k, .reverse = reverse};

}  // namespace walle::autodiff
