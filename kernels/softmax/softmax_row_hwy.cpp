#include <cmath>
#include <limits>

#include "kernels/simd/row_functions.h"
#include "kernels/support/def.h"
#include "kernels/support/rows.h"
#include "kernels/support/walk.h"

namespace walle::kernels {
namespace {

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 1)) return refusal;
  const Operand& x = p.operands[0];
  const Operand& y = p.results[0];
  if (x.dtype != DType::f32 || y.dtype != DType::f32) return Refusal{"only f32"};
  if (x.dims != y.dims || x.dims.empty() || x.count() == 0) return Refusal{"an empty operand or other shapes"};
  const size_t axis = axis_of(std::get<SoftmaxAttributes>(p.attributes).axis, x.dims.size());
  return refuse_if((x.strides[axis] != 1 || y.strides[axis] != 1) && x.dims[axis] != 1, "the axis is not dense");
}

Work work(const Problem& p, const Params&) {
  return {.operations = 24 * static_cast<double>(p.results[0].count()), .bytes = 2 * traffic_of(p), .steps = 1};
}

/// Rows other than the axis, under the strides of x and y, without collapsing (the axis is not part of it).
struct Rows {
  Extents dims, x, y;
  int64_t count = 1;
};
Rows rows_of(const Problem& p) {
  const size_t axis = axis_of(std::get<SoftmaxAttributes>(p.attributes).axis, p.operands[0].dims.size());
  Rows rows{without_axis(p.operands[0].dims, axis), without_axis(p.operands[0].strides, axis),
            without_axis(p.results[0].strides, axis)};
  for (const int64_t d : rows.dims) rows.count *= d;
  return rows;
}

int64_t rows_per_tile(const Problem& p) {
  const size_t axis = axis_of(std::get<SoftmaxAttributes>(p.attributes).axis, p.operands[0].dims.size());
  return std::max<int64_t>(1, kTileElements / 4 / p.operands[0].dims[axis]);
}

int64_t tiles(const Problem& p, const Params&) { return (rows_of(p).count + rows_per_tile(p) - 1) / rows_per_tile(p); }

void run(const Arguments& a, TileRange range) noexcept {
  const Problem& p = *a.problem;
  const auto& attributes = std::get<SoftmaxAttributes>(p.attributes);
  const RowFunctions& f = row_functions();
  const Rows rows = rows_of(p);
  const auto size = static_cast<size_t>(p.operands[0].dims[axis_of(attributes.axis, p.operands[0].dims.size())]);
  const int64_t end = std::min(rows.count, range.end * rows_per_tile(p));
  for (int64_t row = range.begin * rows_per_tile(p); row < end; ++row) {
    int64_t rest = row;
    const float* x = static_cast<const float*>(a.operands[0]);
    float* y = static_cast<float*>(a.results[0]);
    for (size_t i = rows.dims.size(); i-- > 0;) {
      x += rest % rows.dims[i] * rows.x[i];
      y += rest % rows.dims[i] * rows.y[i];
      rest /= rows.dims[i];
    }
    const float max = f.fold(Fold::max, x, size, -std::numeric_limits<float>::infinity());
    if (attributes.log) {
      // y takes the exponentials first; where x and y are one buffer that would destroy x, so they are summed apart.
      float sum = 0;
      float scratch[256];
      for (size_t i = 0; i < size; i += 256)
        sum += f.exponentials(x + i, scratch, std::min<size_t>(256, size - i), max);
      f.affine(x, y, size, 1, -max - std::log(sum));
    } else {
      const float sum = f.exponentials(x, y, size, max);
      f.affine(y, y, size, 1 / sum, 0);
    }
  }
}

}  // namespace

extern const KernelDef kSoftmaxRowHwy;
const KernelDef kSoftmaxRowHwy = {.name = "softmax_row_hwy",
                                  .family = Family::softmax,
                                  .variant = "hwy",
                                  .accepts = accepts,
                                  .work = work,
                                  .tiles = tiles,
                                  .run = run,
                                  .bound = {.relative = 2e-6, .absolute = 1e-6}};

}  // namespace walle::kernels
