#include "libwalle/autodiff/rules/table.h"

namespace walle::autodiff {
namespace {

// dx = dtype of x (dy)
Result<std::vector<graph::ValueId>> reverse(Reverse& r) {
  const graph::ValueId back =
      add_family(r.builder(), CastAttributes{}, {r.gradient().id()}, {r.dtype(), r.result_dims()});
  return std::vector{WALLE_TRY(r.fit(r.formula().of(back), 0))};
}

}  // namespace

extern const RuleDef kCast;
const RuleDef kCast = {.family = Family::cast, .reverse = reverse};

}  // namespace walle::autodiff
