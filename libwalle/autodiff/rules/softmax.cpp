#include "libwalle/autodiff/rules/table.h"

namespace walle::autodiff {
namespace {

// softmax: dx = y (dy - Σ dy y);  its logarithm: dx = dy - e^y Σ dy
Result<std::vector<graph::ValueId>> reverse(Reverse& r) {
  const auto& attributes = r.attributes<SoftmaxAttributes>();
  const auto rank = static_cast<int64_t>(r.dims(0).size());
  const std::vector<int64_t> axis = {attributes.axis < 0 ? attributes.axis + rank : attributes.axis};
  const Expression y = r.result();
  const Expression dy = r.gradient();
  const Expression dx = attributes.log ? dy - exp(y) * sum(dy, axis) : y * (dy - sum(dy * y, axis));
  return std::vector{WALLE_TRY(r.formula().result(dx))};
}

}  // namespace

extern const RuleDef kSoftmax;
const RuleDef kSoftmax = {.family = Family::softmax, .reverse = reverse};

}  // namespace walle::autodiff
