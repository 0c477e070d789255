#include "libwalle/autodiff/rules/table.h"

namespace walle::autodiff {
namespace {

using graph::ValueId;
using Ints = std::vector<int64_t>;

/// The interpolation along one axis as a matrix E [in, out]: the identity resized, which is folded once a plan.
Result<Expression> matrix(Reverse& r, const ResizeAttributes& a, size_t axis, int64_t in, int64_t out) {
  ResizeAttributes one = a;
  one.extrapolation = 0;  // a constant: nothing flows
  one.scales = {};
  one.roi = {};
  one.scales[0] = 1;
  one.scales[1] = a.scales[axis];
  one.roi[kMaxRank] = 1;
  one.roi[1] = a.roi[axis];
  one.roi[kMaxRank + 1] = a.roi[kMaxRank + axis];
  Region diagonal{.source = Region::kFill, .fill = 1};
  diagonal.axes.push_back({in, 0, in + 1});
  const ValueId identity = WALLE_TRY(add_raster(r.builder(), {}, {r.dtype(), {in, in}}, {diagonal}));
  return r.formula().of(add_family(r.builder(), one, {identity}, {r.dtype(), {in, out}}));
}

// y = x E along each axis, so dx = dy Eᵀ along each axis
Result<std::vector<ValueId>> reverse(Reverse& r) {
  const auto& a = r.attributes<ResizeAttributes>();
  const Ints x = r.dims(0);
  const Ints y = r.result_dims();
  Expression gradient = r.gradient();
  for (size_t axis = 0; axis < x.size(); ++axis) {
    const bool cropped =
        a.coordinates == ResizeCoordinates::tf_crop_and_resize && (a.roi[axis] != 0 || a.roi[kMaxRank + axis] != 1);
    if (x[axis] == y[axis] && a.scales[axis] == 1 && !cropped) continue;
    const Expression e = WALLE_TRY(matrix(r, a, axis, x[axis], y[axis]));
    Ints perm;
    for (size_t d = 0; d < x.size(); ++d) perm.push_back(static_cast<int64_t>(d));
    std::swap(perm[axis], perm.back());
    const auto moved = [&](const Expression& v) { return v.formula().op("Transpose", {v}, {{"perm", perm}}); };
    const Expression back = e.formula().op("Transpose", {e}, {{"perm", Ints{1, 0}}});
    gradient = moved(gradient.formula().op("MatMul", {moved(gradient), back}));
  }
  auto gradients = r.none();
  gradients[0] = WALLE_TRY(r.formula().result(gradient));
  return gradients;
}

}  // namespace

extern const RuleDef kResize;
const RuleDef kResize = {.family = Family::resize, .reverse = reverse};

}  // namespace walle::autodiff
