#include "libwalle/autodiff/formula/correlate.h"
#include "libwalle/autodiff/rules/table.h"

namespace walle::autodiff {
namespace {

// see formula/correlate.h
Result<std::vector<graph::ValueId>> reverse(Reverse& r) {
  if (!is_float(r.dtype(0))) return r.refuse("a convolution of integers has no gradient");
  const auto& a = r.attributes<ConvAttributes>();
  auto gradients = r.none();
  if (r.wants(0)) gradients[0] = WALLE_TRY(input_gradient(r, r.gradient(), r.operand(1), a.window, a.group, r.dims(0)));
  if (r.wants(1))
    gradients[1] = WALLE_TRY(weight_gradient(r, r.operand(0), r.gradient(), a.window, a.group, r.dims(1)));
  return gradients;
}

}  // namespace

extern const RuleDef kConv;
const RuleDef kConv = {.family = Family::conv, .reverse = reverse};

}  // namespace walle::autodiff
