#include "libwalle/autodiff/rules/table.h"

namespace walle::autodiff {
namespace {

// da = c ? dy : 0, db = c ? 0 : dy, summed where they were broadcast
Result<std::vector<graph::ValueId>> reverse(Reverse& r) {
  auto gradients = r.none();
  const Expression dy = r.gradient();
  const Expression condition = r.operand(0);
  if (r.wants(1)) gradients[1] = WALLE_TRY(r.fit(where(condition, dy, dy.number(0)), 1));
  if (r.wants(2)) gradients[2] = WALLE_TRY(r.fit(where(condition, dy.number(0), dy), 2));
  return gradients;
}

}  // namespace

extern const RuleDef kSelect;
const RuleDef kSelect = {.family = Family::select, .reverse = reverse};

}  // namespace walle::autodiff
